// The way from one storage to another: cinderlib's migration without its losses.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>
/// Copies stores to another storage and compares the outcome, by count and digest. Only what differs is written, so that a
/// copy can be repeated, and one that broke off goes on. What the target has beyond the source stays. What the target cannot
/// take is told for each item before anything is written.
/// </summary>
[Cmdlet(VerbsCommon.Copy, "KvStore", SupportsShouldProcess = true)]
[OutputType(typeof(KvCopyResult))]
public sealed class CopyKvStoreCommand : KvCmdlet
{
    private readonly List<string> _names = [];

    /// <summary>Names, without regard to case; wildcards are allowed. Without it all stores of the source.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Store")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Name { get; set; } = ["*"];

    /// <summary>The storage to read: the name of a connected storage or of a kv drive, or a URL.</summary>
    [Parameter(Mandatory = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(StorageCompleter))]
    public string From { get; set; } = "";

    /// <summary>The storage to write: the name of a connected storage or of a kv drive, or a URL.</summary>
    [Parameter(Mandatory = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(StorageCompleter))]
    public string To { get; set; } = "";

    /// <inheritdoc/>
    protected override void Process() => _names.AddRange(Name);

    /// <inheritdoc/>
    protected override void End() => Report(Copy, isTerminating: true);

    private void Copy()
    {
        using KvStorage from = Open(From);
        using KvStorage to = Open(To);
        string[] stores = [.. _names.SelectMany(name => FindStores(from, name)).Distinct(StringComparer.OrdinalIgnoreCase)];
        if (!CanTakeAll(new KvCopy(from, to, Cancellation), stores))
        {
            return;
        }

        foreach (string store in stores)
        {
            if (ShouldProcess($"{store} of {from.Description}", $"Copy to {to.Description}"))
            {
                CopyStore(from, to, store);
            }
        }
    }

    private void CopyStore(KvStorage from, KvStorage to, string store)
    {
        using var progress = new ItemProgress(WriteProgress, $"Copying {store} to {to.Description}");
        KvCopyResult result = new KvCopy(from, to, Cancellation) { Compared = progress.Show }.CopyStore(store);
        foreach (string leftOut in result.LeftOut)
        {
            WriteWarning(leftOut);
        }

        WriteObject(result);
    }

    // All stores are looked through first: half a migration is worse than none.
    private bool CanTakeAll(KvCopy copy, string[] stores)
    {
        bool canTakeAll = true;
        foreach (KvException obstacle in stores.SelectMany(copy.FindObstacles))
        {
            canTakeAll = false;
            WriteError(KvErrorRecord.From(obstacle));
        }

        return canTakeAll;
    }

    private IEnumerable<string> FindStores(KvStorage storage, string name)
    {
        if (!WildcardPattern.ContainsWildcardCharacters(name))
        {
            return [name];
        }

        var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant);
        return storage.GetStores(Cancellation).Select(store => store.Name).Where(pattern.IsMatch).ToArray();
    }

    // What was opened for this copy is closed with it; what has a name stays open.
    private KvStorage Open(string storage) =>
        StorageUrl.GetScheme(storage) is null
            ? StorageConnections.Lend(Find(storage))
            : StorageConnections.Shared.Open(new StorageConfiguration(storage: null, storage) { BaseFolder = KvSession.GetFileSystemFolder(SessionState) });

    private KvStorage Find(string name)
    {
        try
        {
            return KvSession.GetStorage(SessionState, name);
        }
        catch (KvException e) when (e.Error == KvError.StorageNotFound)
        {
            throw new KvException(e.Error, $"{e.Message} -From and -To take a URL too, such as sqlite:///copy.db.", e.Target, e);
        }
    }
}
