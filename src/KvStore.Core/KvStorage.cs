// The storage contract: four members make a storage, the rest are defaults built on those four.
// Synchronous, because PowerShell is, and because a plugin may be a PowerShell class.
namespace KvStore;

/// <summary>
/// Where data lives. Derive from it, override <see cref="GetStores"/>, <see cref="Get"/>, <see cref="Scan"/> and
/// <see cref="Commit"/>, and every cmdlet, drive and dictionary works on it.
/// </summary>
/// <remarks>
/// <para>One object serves all threads of a process at once, so a storage must be thread-safe.</para>
/// <para>Arguments arrive checked (see <see cref="CheckedStorage"/>): store names are legal but in any case, full keys and
/// namespace paths are in normal form and valid Unicode, and batches hold nothing that <see cref="Capabilities"/> rule out.
/// A store name is matched without regard to case; keys are matched exactly.</para>
/// <para>A missing store reads as an empty one, is born with its first item, and vanishes with its last unless it is kept.</para>
/// <para>Every call takes a token, which Ctrl+C cancels: throw <see cref="OperationCanceledException"/> then.</para>
/// </remarks>
public abstract class KvStorage : IDisposable
{
    /// <summary>What and where the storage is, for people: <c>db (/home/me/kv.db)</c>. Never a password or token.</summary>
    public virtual string Description => GetType().Name;

    /// <summary>What the storage can do; nothing beyond the four required members unless it says so.</summary>
    public virtual KvCapabilities Capabilities => KvCapabilities.None;

    /// <summary>What a user should know about the storage as it runs here, a sentence each: a known fault of a library, a risky setting. The default: nothing.</summary>
    public virtual IReadOnlyList<string> Remarks => [];

    /// <summary>The largest key and value that any store of this storage can have.</summary>
    public virtual KvLimits Limits => KvLimits.Ceiling;

    /// <summary>The largest number of changes that one batch may have (<see cref="KvBatch.Count"/>); pipelines and copies make their batches no larger.</summary>
    public virtual int MaximumBatchCount => int.MaxValue;

    /// <summary>The bytes (UTF-8) of keys and values up to which a batch is committed for sure; pipelines and copies make theirs no larger, if of more than one item.</summary>
    public virtual long MaximumBatchSize => long.MaxValue;

    /// <summary>
    /// Equal for two storages of the same place and settings, which then share one object in a process; null, the default, if
    /// each is a place of its own. It is never shown, so it may hold a password. A storage with one opens nothing before its first use.
    /// </summary>
    protected internal virtual object? SharingKey => null;

    /// <summary>The stores there are, in the order of their names without regard to case.</summary>
    /// <param name="cancellation">Cancels the call.</param>
    public abstract IEnumerable<KvStoreInfo> GetStores(CancellationToken cancellation);

    /// <summary>The item of a full key, or null.</summary>
    /// <param name="store">The store's name, in any case.</param>
    /// <param name="fullKey">The full key.</param>
    /// <param name="cancellation">Cancels the call.</param>
    public abstract KvItem? Get(string store, string fullKey, CancellationToken cancellation);

    /// <summary>The items of a range, lazily, in the order of the keys' UTF-8 bytes.</summary>
    /// <param name="store">The store's name, in any case.</param>
    /// <param name="range">Which items.</param>
    /// <param name="cancellation">Cancels the enumeration.</param>
    public abstract IEnumerable<KvItem> Scan(string store, KvRange range, CancellationToken cancellation);

    /// <summary>Writes a batch, all or nothing.</summary>
    /// <param name="store">The store's name, in any case.</param>
    /// <param name="batch">Conditions, deletes and sets; <see cref="KvBatch"/> states their order.</param>
    /// <param name="cancellation">Cancels the call; what is committed already stays.</param>
    /// <returns>The new versions, or which condition failed; <see cref="KvCommit.Done"/> from a storage without versions.</returns>
    public abstract KvCommit Commit(string store, KvBatch batch, CancellationToken cancellation);

    /// <summary>One store, or null. The default looks through <see cref="GetStores"/>.</summary>
    /// <param name="store">The store's name, in any case.</param>
    /// <param name="cancellation">Cancels the call.</param>
    public virtual KvStoreInfo? GetStore(string store, CancellationToken cancellation) =>
        GetStores(cancellation).FirstOrDefault(info => info.Name.Equals(store, StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// The store's revision: that of its last commit, also where the store has vanished since; 0 if it never had one. The default
    /// knows it only while the store is there; a storage with <see cref="KvCapabilities.Transactions"/> overrides it.
    /// </summary>
    /// <param name="store">The store's name, in any case.</param>
    /// <param name="cancellation">Cancels the call.</param>
    public virtual long GetRevision(string store, CancellationToken cancellation) => GetStore(store, cancellation)?.Revision ?? 0;

    /// <summary>
    /// The children of a namespace in key order, each once, lazily. The default seeks from child to child with
    /// <see cref="Scan"/>, never reading what lies below one.
    /// </summary>
    /// <param name="store">The store's name, in any case.</param>
    /// <param name="namespacePath">The namespace; empty for the root.</param>
    /// <param name="cancellation">Cancels the enumeration.</param>
    public virtual IEnumerable<KvNode> GetChildren(string store, string namespacePath, CancellationToken cancellation) =>
        ChildScan.GetChildren(namespacePath, range => Scan(store, range, cancellation));

    /// <summary>The namespaces at and beneath one that are kept while empty, in key order. The default: none.</summary>
    /// <param name="store">The store's name, in any case.</param>
    /// <param name="namespacePath">The namespace; empty for the whole store.</param>
    /// <param name="cancellation">Cancels the enumeration.</param>
    public virtual IEnumerable<string> GetKeptNamespaces(string store, string namespacePath, CancellationToken cancellation) => [];

    /// <summary>Creates a store that stays while empty.</summary>
    /// <param name="store">The name, spelled as it is to be shown.</param>
    /// <param name="limits">Its limits, within <see cref="Limits"/>.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <exception cref="KvException"><see cref="KvError.StoreExists"/>; <see cref="KvError.NotSupported"/>, the default.</exception>
    public virtual void CreateStore(string store, KvLimits limits, CancellationToken cancellation) =>
        throw NotSupported(KvCapabilities.EmptyStores);

    /// <summary>Removes a store with all that is in it; a missing one is no error. The default empties it.</summary>
    /// <param name="store">The store's name, in any case.</param>
    /// <param name="cancellation">Cancels the call.</param>
    public virtual void RemoveStore(string store, CancellationToken cancellation) =>
        Commit(store, KvLoad.Emptying(this, store, cancellation), cancellation);

    /// <summary>
    /// Writes what a document or another storage brings. The default gathers all of it before it writes anything, then
    /// commits store by store: what is malformed changes nothing, but a failing storage may leave whole stores written.
    /// A storage with <see cref="KvCapabilities.Loading"/> streams it through one transaction.
    /// </summary>
    /// <param name="entries">Each store, followed by what it holds.</param>
    /// <param name="mode">What happens to what is there already.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <exception cref="KvException"><see cref="KvError.ConditionFailed"/>: an item exists and <paramref name="mode"/> is <see cref="KvLoadMode.NoClobber"/>.</exception>
    public virtual void Load(IEnumerable<KvEntry> entries, KvLoadMode mode, CancellationToken cancellation) =>
        KvLoad.StoreByStore(this, entries, mode, cancellation);

    /// <summary>
    /// The changes of the items beneath a namespace, each once, in the order of their revisions and within a revision in key
    /// order; after the last it waits for the next, and ends by the token alone. The watch begins with this call, not with the
    /// first step of the enumeration. A store that is not there yet is waited for. A broken connection is mended silently: no
    /// change is lost by it, and none is given twice. From an earlier revision on, an item that has expired since is given as it
    /// was set, with its value, and then as expired; <see cref="GetHistory"/> and <see cref="ScanAt"/> no longer show it.
    /// </summary>
    /// <param name="store">The store's name, in any case.</param>
    /// <param name="namespacePath">The namespace; empty for the whole store.</param>
    /// <param name="fromRevision">The first revision whose changes are wanted; null for those after this call.</param>
    /// <param name="cancellation">Ends the watch with <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="KvException"><see cref="KvError.RevisionGone"/>: changes since <paramref name="fromRevision"/> are no longer kept; <see cref="KvError.NotSupported"/>, the default.</exception>
    public virtual IEnumerable<KvChange> Watch(string store, string namespacePath, long? fromRevision, CancellationToken cancellation) =>
        throw NotSupported(KvCapabilities.Watching);

    /// <summary>The items of a range as they were when the store had a revision, in the order of the keys' UTF-8 bytes; what has expired by now is not among them.</summary>
    /// <param name="store">The store's name, in any case.</param>
    /// <param name="range">Which items.</param>
    /// <param name="revision">The revision, from 0 to the store's own.</param>
    /// <param name="cancellation">Cancels the enumeration.</param>
    /// <exception cref="KvException"><see cref="KvError.RevisionGone"/>: that revision is no longer kept, or not reached yet; <see cref="KvError.NotSupported"/>, the default.</exception>
    public virtual IEnumerable<KvItem> ScanAt(string store, KvRange range, long revision, CancellationToken cancellation) =>
        throw NotSupported(KvCapabilities.History);

    /// <summary>The changes of one item that are still kept, the newest first; the current state is always among them, and no state whose time is up.</summary>
    /// <param name="store">The store's name, in any case.</param>
    /// <param name="fullKey">The full key.</param>
    /// <param name="cancellation">Cancels the enumeration.</param>
    /// <exception cref="KvException"><see cref="KvError.NotSupported"/>, the default.</exception>
    public virtual IEnumerable<KvChange> GetHistory(string store, string fullKey, CancellationToken cancellation) =>
        throw NotSupported(KvCapabilities.History);

    /// <summary>States how long earlier states of a store's items are kept. A store with a period stays while empty; removing it forgets the period and the past. What is older than a shorter period goes at the latest with the next <see cref="Compress"/>.</summary>
    /// <param name="store">The name of a store that is there, in any case.</param>
    /// <param name="period">For how long; zero, a new store's, for not at all; <see cref="TimeSpan.MaxValue"/> for ever.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <exception cref="KvException"><see cref="KvError.StoreNotFound"/>; <see cref="KvError.NotSupported"/>, the default, also where the engine itself decides.</exception>
    public virtual void SetHistoryPeriod(string store, TimeSpan period, CancellationToken cancellation) =>
        throw NotSupported(KvCapabilities.History);

    /// <summary>Forgets the earlier states of a store's items that are older than its period, and what has expired, and gives the space back to the system.</summary>
    /// <param name="store">The store's name, in any case.</param>
    /// <param name="keep">A shorter period for this once; null for the store's own.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <returns>How many earlier states were forgotten.</returns>
    /// <exception cref="KvException"><see cref="KvError.NotSupported"/>, the default, also where the engine itself decides.</exception>
    public virtual long Compress(string store, TimeSpan? keep, CancellationToken cancellation) =>
        throw NotSupported(KvCapabilities.History);

    /// <summary>Writes a whole copy of the storage, as it is at one moment, to a file of its own, while others read and write it. Half a copy is never left under that name.</summary>
    /// <param name="path">The file, which must not be there yet.</param>
    /// <param name="progress">Told the share that is done, from 0 to 1; null for nobody.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <exception cref="KvException"><see cref="KvError.FileUnavailable"/>; <see cref="KvError.StorageDamaged"/>: <see cref="Restore"/> would refuse the copy; <see cref="KvError.NotSupported"/>, the default.</exception>
    public virtual void Backup(string path, IProgress<double>? progress, CancellationToken cancellation) =>
        throw NotSupported(KvCapabilities.Backup);

    /// <summary>Replaces all that the storage holds by what a file of <see cref="Backup"/> holds, as a whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="progress">Told the share that is done, from 0 to 1; null for nobody.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <exception cref="KvException"><see cref="KvError.FileUnavailable"/>, <see cref="KvError.ForeignDatabase"/>, <see cref="KvError.StorageDamaged"/>; <see cref="KvError.NotSupported"/>, the default.</exception>
    public virtual void Restore(string path, IProgress<double>? progress, CancellationToken cancellation) =>
        throw NotSupported(KvCapabilities.Backup);

    /// <summary>Looks for damage, lazily, without changing anything. The default reads every item, and reports a store that cannot be read to its end.</summary>
    /// <param name="store">One store's name, in any case; null for the whole storage.</param>
    /// <param name="cancellation">Cancels the check.</param>
    /// <returns>What is damaged; nothing if all is well.</returns>
    public virtual IEnumerable<KvDamage> Check(string? store, CancellationToken cancellation) => StorageCheck.ReadAll(this, store, cancellation);

    /// <summary>Closes the storage; everything acknowledged is on it already.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases what the storage holds.</summary>
    /// <param name="disposing">True when called by <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
    }

    /// <summary>The limits that writes to a store meet: its own, or where the storage has none for each store the default; never above <see cref="Limits"/>.</summary>
    /// <param name="store">The store's name, in any case.</param>
    /// <param name="wanted">Those that it is to be created with if it is not there; null for the default.</param>
    /// <param name="cancellation">Cancels the call.</param>
    internal KvLimits GetLimits(string store, KvLimits? wanted, CancellationToken cancellation)
    {
        // The commit checks limits itself: a transaction that asks for them does not depend on the store's staying as it is.
        KvLimits? own = Capabilities.HasFlag(KvCapabilities.StoreLimits) ? KvTransaction.Outside(() => GetStore(store, cancellation))?.Limits ?? wanted : null;
        return (own ?? KvLimits.Default).Within(Limits);
    }

    /// <summary>The error of a missing capability, for storages that refuse a call.</summary>
    protected internal KvException NotSupported(KvCapabilities capability) => new(
        KvError.NotSupported,
        $"Storage '{Description}' lacks the capability {capability}. Choose a storage that has it; Get-KvStorage shows the capabilities of each.",
        Description);

    /// <summary>The error of a store that is not there, for calls that need one.</summary>
    /// <param name="store">The name that was asked for.</param>
    protected internal KvException StoreNotFound(string store) =>
        new(KvError.StoreNotFound, $"There is no store '{store}' in storage '{Description}'. Get-KvStore lists the stores; New-KvStore creates one.", store);
}
