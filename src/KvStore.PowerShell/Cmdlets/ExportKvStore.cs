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

    /// <summary>A file of the file system, wherever the current location is. It gets its name when it is complete. One whose name ends in <c>.gz</c> is compressed.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = "Path")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>A file that exists already is an error, and stays as it is.</summary>
    [Parameter(ParameterSetName = "Path")]
    public SwitchParameter NoClobber { get; set; }

    /// <summary>Overwrites a file that is marked read-only.</summary>
    [Parameter(ParameterSetName = "Path")]
    public SwitchParameter Force { get; set; }

    /// <summary>Leaves out what is damaged, with a warning for each, where the export would otherwise end with an error.</summary>
    [Parameter]
    public SwitchParameter SkipDamaged { get; set; }

    /// <summary>KvStore, the default, or Cinderlib: the records of one store as cinderlib dumps them. Without -Name that is the current store.</summary>
    [Parameter]
    public DocumentFormat Format { get; set; }

    /// <summary>Format Cinderlib: only this backend, whose object the document then is.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Backend { get; set; }

    /// <summary>Format Cinderlib: without white space.</summary>
    [Parameter]
    public SwitchParameter Compress { get; set; }

    /// <summary>Format Cinderlib: cinderlib's simplified form, in which volumes leave out their snapshots and connections.</summary>
    [Parameter]
    public SwitchParameter Simplified { get; set; }

    /// <summary>Format Cinderlib: with the backends' configuration, as far as it was imported. It holds credentials.</summary>
    [Parameter]
    public SwitchParameter IncludeBackendConfiguration { get; set; }

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

        if (Format == DocumentFormat.Cinderlib)
        {
            if (SkipDamaged)
            {
                throw new KvException(KvError.InvalidConfiguration, "-SkipDamaged goes with -Format KvStore: records that refer to each other are exported whole or not at all.", Format);
            }

            ExportRecords();
            return;
        }

        if (Backend is not null || Compress || Simplified || IncludeBackendConfiguration)
        {
            throw new KvException(KvError.InvalidConfiguration, "-Backend, -Compress, -Simplified and -IncludeBackendConfiguration go with -Format Cinderlib.", Format);
        }

        KvStorage storage = KvSession.GetStorage(SessionState, _storageName);
        KvStoreInfo[] stores = [.. _names.SelectMany(name => FindStores(storage, name)).DistinctBy(store => store.Name, StringComparer.OrdinalIgnoreCase).OrderBy(store => store.Name, StringComparer.OrdinalIgnoreCase)];
        if (SkipDamaged)
        {
            Array.ForEach(stores, store => WarnOfDamage(storage, store.Name));
            storage = new SalvagingStorage(storage);
        }

        using var progress = new ItemProgress(WriteProgress, $"Exporting from storage '{_storageName}'");
        var counted = new CountedStorage(storage, progress.Show);
        Write($"{stores.Length} stores of storage '{_storageName}'", output => KvDocumentWriter.Write(output, counted, stores, Cancellation));
    }

    private void WarnOfDamage(KvStorage storage, string store)
    {
        foreach (KvDamage damage in storage.Check(store, Cancellation))
        {
            WriteWarning($"Store '{store}' is damaged{(damage.Path is null ? "" : $" at '{damage.Path}'")}: {damage.Problem} What cannot be read is left out.");
        }
    }

    private void ExportRecords()
    {
        // Records are of one store: without a name, the one where the user is.
        KvTarget[] targets = _names is ["*"]
            ? [KvSession.Current.Resolve(SessionState, Storage, store: null, namespacePath: null)]
            : [.. _names.Select(name => KvSession.Current.Resolve(SessionState, _storageName, name, namespacePath: null))];
        string[] stores = [.. targets.SelectMany(candidate => FindStores(candidate.Storage, candidate.Store)).Select(info => info.Name).Distinct(StringComparer.OrdinalIgnoreCase)];
        if (stores.Length != 1)
        {
            throw new KvException(KvError.InvalidConfiguration, $"A cinderlib document holds the records of one store, and {stores.Length} are named. Export them one after another.", Format);
        }

        (KvTarget target, string store) = (targets[0], stores[0]);
        if (IncludeBackendConfiguration)
        {
            WriteWarning("The document will hold the backends' configuration, and with it credentials. Keep it where only you can read it.");
        }

        using var progress = new ItemProgress(WriteProgress, $"Exporting the records of store '{store}'");
        var options = new CinderlibExportOptions { Backend = Backend, Indented = !Compress, Simplified = Simplified, IncludeBackendConfiguration = IncludeBackendConfiguration };
        Write($"the records of store '{store}'", output => CinderlibWriter.Write(output, target.Storage, store, options, Cancellation, progress.Show));
    }

    private void Write(string stores, Func<Stream, long> write)
    {
        if (Path.Length == 0)
        {
            using var lines = new LineStream(WriteObject);
            write(lines);
            return;
        }

        string file = FilePath.Resolve(SessionState, Path);
        if (ShouldProcess(file, $"Export {stores}"))
        {
            long count = FilePath.Use(file, () => WholeFile.Write(file, NoClobber, Force, write));
            WriteVerbose($"Exported {count} items of {stores} to '{file}'.");
        }
    }
}
