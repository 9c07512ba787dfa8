// What was exported comes back, all of it or nothing, here or in another storage.
using System.Management.Automation;
using System.Text;

namespace KvStore.PowerShell;

/// <summary>Imports a document that Export-KvStore made, all or nothing.</summary>
[Cmdlet(VerbsData.Import, "KvStore", SupportsShouldProcess = true, DefaultParameterSetName = "Text")]
public sealed class ImportKvStoreCommand : KvStorageCmdlet
{
    private readonly MemoryStream _text = new();

    /// <summary>A file of the file system, wherever the current location is. It is read as a stream, however long it is; one whose name ends in <c>.gz</c> is unpacked.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Path", ValueFromPipelineByPropertyName = true)]
    [Alias("FullName")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>The document as text, in one piece or in lines.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Text", ValueFromPipeline = true)]
    [AllowEmptyString]
    public string InputObject { get; set; } = "";

    /// <summary>What happens to items that are there: Merge, the default, overwrites those of the same key; Replace empties each store of the document first; NoClobber makes one of the same key an error.</summary>
    [Parameter]
    public KvLoadMode Mode { get; set; }

    /// <summary>Another name for the store, of which the document must then hold only one. Format Cinderlib: the store of the records; without it the current one.</summary>
    [Parameter]
    [Alias("Store")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(StoreCompleter))]
    public string? As { get; set; }

    /// <summary>KvStore, the default, or Cinderlib: a dump of the library, of a backend, of an object, or a list of these.</summary>
    [Parameter]
    public DocumentFormat Format { get; set; }

    /// <summary>Format Cinderlib: the backends that objects may belong to; one of another is an error. Without it all are welcome.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? KnownBackend { get; set; }

    /// <summary>Format Cinderlib: keeps the backends' configuration, too. It holds credentials.</summary>
    [Parameter]
    public SwitchParameter IncludeBackendConfiguration { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        if (Path.Length == 0)
        {
            _text.Write(Encoding.UTF8.GetBytes(InputObject + "\n"));
            return;
        }

        string file = FilePath.Resolve(SessionState, Path);
        Report(() => FilePath.Use(file, () => Import(file, () => WholeFile.Open(file))), isTerminating: true);
    }

    /// <inheritdoc/>
    protected override void End()
    {
        if (_text.Length > 0)
        {
            _text.Position = 0;
            Report(() => Import("the text", () => _text), isTerminating: true);
        }
    }

    private long Import(string source, Func<Stream> open)
    {
        if (Format != DocumentFormat.Cinderlib && (KnownBackend is not null || IncludeBackendConfiguration))
        {
            throw new KvException(KvError.InvalidConfiguration, "-KnownBackend and -IncludeBackendConfiguration go with -Format Cinderlib.", Format);
        }

        KvStorage storage = GetStorage();
        using Stream input = open();
        if (!ShouldProcess($"storage '{GetStorageName()}'", $"Import {source} ({Mode})"))
        {
            return 0;
        }

        try
        {
            long count = Format == DocumentFormat.Cinderlib ? ImportRecords(input)
                : ImportStores(input, source, As is null ? storage : new LoadAs(storage, As));
            WriteVerbose($"Imported {count} items from {source} into storage '{GetStorageName()}'.");
            return count;
        }
        catch (KvException e) when (e.Error == KvError.InvalidDocument)
        {
            string advice = Path.Length > 0 && BackupFile.IsDatabase(source) ? " The file is a database: Restore-KvStore restores one that Backup-KvStore wrote, Connect-KvStorage connects another." : "";
            throw new KvException(e.Error, $"{source}: {e.Message}{advice}", e.Target, e);
        }
    }

    private long ImportStores(Stream input, string source, KvStorage storage)
    {
        using var progress = new ItemProgress(WriteProgress, $"Importing {source} into storage '{GetStorageName()}'");
        return KvDocumentReader.Load(input, new CountedStorage(storage, progress.Show), Mode, Cancellation);
    }

    private long ImportRecords(Stream input)
    {
        KvTarget target = KvSession.Current.Resolve(SessionState, Storage, As, namespacePath: null);
        if (IncludeBackendConfiguration)
        {
            WriteWarning($"Store '{target.Store}' will hold the backends' configuration, and with it credentials.");
        }

        using var progress = new ItemProgress(WriteProgress, $"Importing records into store '{target.Store}'");
        var options = new CinderlibImportOptions { KnownBackends = KnownBackend, IncludeBackendConfiguration = IncludeBackendConfiguration };
        return CinderlibImport.Load(input, target.Storage, target.Store, Mode, options, Cancellation, progress.Show);
    }

    /// <summary>Loads the one store of a document under another name.</summary>
    private sealed class LoadAs(KvStorage inner, string name) : DelegatingStorage(inner)
    {
        public override void Load(IEnumerable<KvEntry> entries, KvLoadMode mode, CancellationToken cancellation)
        {
            string? first = null;
            base.Load(entries.Select(Rename), mode, cancellation);

            KvEntry Rename(KvEntry entry)
            {
                if (entry is not KvStoreEntry store)
                {
                    return entry;
                }

                if (first is not null)
                {
                    throw new KvException(KvError.InvalidDocument, $"The document holds more stores than one ('{first}', '{store.Name}', …), which cannot all be '{name}'. Leave out -As; nothing was imported.", name);
                }

                first = store.Name;
                return store with { Name = name };
            }
        }
    }
}
