// A backup, a diff, a way to another storage: one document, whole or not at all.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>Exports stores as a JSON document, to a file or as lines of text. Without -Path the lines go down the pipeline.</summary>
[Cmdlet(VerbsData.Export, "KvStore", SupportsShouldProcess = true, DefaultParameterSetName = "Text")]
[OutputType(typeof(string))]
public sealed class ExportKvStoreCommand : KvStoreCmdlet
{
    private readonly List<string> _names = [];
    private string? _storageName;

    /// <summary>Names, without regard to case; wildcards are allowed. Without it all stores of the storage.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [Alias("Store")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(StoreCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <summary>A file of the file system, wherever the current location is. It gets its name when it is complete.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = "Path")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>A file that exists already is an error, and stays as it is.</summary>
    [Parameter(ParameterSetName = "Path")]
    public SwitchParameter NoClobber { get; set; }

    /// <summary>Overwrites a file that is marked read-only.</summary>
    [Parameter(ParameterSetName = "Path")]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        string storageName = GetStorageName();
        if (_storageName is not null && !_storageName.Equals(storageName, StringComparison.OrdinalIgnoreCase))
        {
            throw new KvException(KvError.InvalidConfiguration, $"One document holds the stores of one storage, and these are of '{_storageName}' and '{storageName}'. Export them one storage after another.", storageName);
        }

        _storageName = storageName;
        _names.AddRange(Name);
    }

    /// <inheritdoc/>
    protected override void End() => Report(Export, isTerminating: true);

    private void Export()
    {
        if (_storageName is null)
        {
            return;
        }

        KvStorage storage = KvSession.GetStorage(SessionState, _storageName);
        KvStoreInfo[] stores = [.. _names.SelectMany(name => FindStores(storage, name)).DistinctBy(store => store.Name, StringComparer.OrdinalIgnoreCase).OrderBy(store => store.Name, StringComparer.OrdinalIgnoreCase)];
        if (Path.Length == 0)
        {
            using var lines = new LineStream(WriteObject);
            KvDocumentWriter.Write(lines, storage, stores, Cancellation);
            return;
        }

        string file = FilePath.Resolve(SessionState, Path);
        if (ShouldProcess(file, $"Export {stores.Length} stores of storage '{_storageName}'"))
        {
            long count = FilePath.Use(file, () => WholeFile.Write(file, NoClobber, Force, output => KvDocumentWriter.Write(output, storage, stores, Cancellation)));
            WriteVerbose($"Exported {count} items of {stores.Length} stores to '{file}'.");
        }
    }
}
