// Stands before a storage while somebody listens, and for no longer.
using System.Diagnostics;

namespace KvStore;

/// <summary>Tells a listener of each call.</summary>
/// <param name="inner">The storage.</param>
/// <param name="listener">Is told, as long as it is its thread's own.</param>
internal sealed class ToldStorage(KvStorage inner, KvListener listener) : DelegatingStorage(inner)
{
    public override IEnumerable<KvStoreInfo> GetStores(CancellationToken cancellation) =>
        TellAll("List the stores", "of", () => Inner.GetStores(cancellation));

    public override KvStoreInfo? GetStore(string store, CancellationToken cancellation) =>
        Tell($"Look up store {store}", "in", () => Inner.GetStore(store, cancellation));

    public override long GetRevision(string store, CancellationToken cancellation) =>
        Tell($"Look up the revision of store {store}", "in", () => Inner.GetRevision(store, cancellation));

    public override KvItem? Get(string store, string fullKey, CancellationToken cancellation) =>
        Tell($"Get {Name(store, fullKey)}", "from", () => Inner.Get(store, fullKey, cancellation));

    public override IEnumerable<KvItem> Scan(string store, KvRange range, CancellationToken cancellation) =>
        TellAll($"Scan {Describe(store, range)}", "of", () => Inner.Scan(store, range, cancellation));

    public override IEnumerable<KvNode> GetChildren(string store, string namespacePath, CancellationToken cancellation) =>
        TellAll($"List {Name(store, namespacePath)}", "of", () => Inner.GetChildren(store, namespacePath, cancellation));

    public override IEnumerable<string> GetKeptNamespaces(string store, string namespacePath, CancellationToken cancellation) =>
        TellAll($"List the kept namespaces of {Name(store, namespacePath)}", "in", () => Inner.GetKeptNamespaces(store, namespacePath, cancellation));

    public override KvCommit Commit(string store, KvBatch batch, CancellationToken cancellation) =>
        Tell($"Commit {Describe(batch)} to store {store}", "of", () => Inner.Commit(store, batch, cancellation));

    public override void CreateStore(string store, KvLimits limits, CancellationToken cancellation) =>
        Tell($"Create store {store}", "in", () => Inner.CreateStore(store, limits, cancellation));

    public override void RemoveStore(string store, CancellationToken cancellation) =>
        Tell($"Remove store {store}", "from", () => Inner.RemoveStore(store, cancellation));

    public override void Load(IEnumerable<KvEntry> entries, KvLoadMode mode, CancellationToken cancellation)
    {
        long count = 0;
        Tell($"Load ({mode})", "into", () => Inner.Load(entries.Select(Count), mode, cancellation), () => count);

        KvEntry Count(KvEntry entry)
        {
            count += entry is KvItemEntry ? 1 : 0;
            return entry;
        }
    }

    // It begins with its call: what comes of it is told by whoever takes the changes.
    public override IEnumerable<KvChange> Watch(string store, string namespacePath, long? fromRevision, CancellationToken cancellation) =>
        Tell($"Watch {Name(store, namespacePath)}{(fromRevision is { } from ? $" from revision {from} on" : "")}", "of", () => Inner.Watch(store, namespacePath, fromRevision, cancellation));

    public override IEnumerable<KvItem> ScanAt(string store, KvRange range, long revision, CancellationToken cancellation) =>
        TellAll($"Scan {Describe(store, range)} at revision {revision}", "of", () => Inner.ScanAt(store, range, revision, cancellation));

    public override IEnumerable<KvChange> GetHistory(string store, string fullKey, CancellationToken cancellation) =>
        TellAll($"Read the history of {Name(store, fullKey)}", "in", () => Inner.GetHistory(store, fullKey, cancellation));

    public override void SetHistoryPeriod(string store, TimeSpan period, CancellationToken cancellation) =>
        Tell($"Set the history period of store {store}", "in", () => Inner.SetHistoryPeriod(store, period, cancellation));

    public override long Compress(string store, TimeSpan? keep, CancellationToken cancellation) =>
        Tell($"Compress store {store}", "in", () => Inner.Compress(store, keep, cancellation));

    public override void Backup(string path, IProgress<double>? progress, CancellationToken cancellation) =>
        Tell($"Write backup '{path}'", "of", () => Inner.Backup(path, progress, cancellation));

    public override void Restore(string path, IProgress<double>? progress, CancellationToken cancellation) =>
        Tell($"Restore backup '{path}'", "into", () => Inner.Restore(path, progress, cancellation));

    public override IEnumerable<KvDamage> Check(string? store, CancellationToken cancellation) =>
        TellAll($"Check {(store is null ? "all stores" : $"store {store}")}", "of", () => Inner.Check(store, cancellation));

    private static string Name(string store, string path) => $"{store}:{KvException.Shorten(KvPath.ToAbsolute(KvPath.ToDrivePath(path)))}";

    private static string Describe(string store, KvRange range)
    {
        string after = range.After is { } key ? $" behind {KvException.Shorten(key)}" : range.Start.Length > 0 ? $" from {KvException.Shorten(range.Start)} on" : "";
        string limit = range.Limit is { } count ? $", {count} at most" : "";
        return $"{Name(store, range.Prefix)}*{after}{(range.KeysOnly ? ", keys only" : "")}{limit}";
    }

    private static string Describe(KvBatch batch)
    {
        (int Count, string One, string Many)[] parts =
        [
            (batch.Sets.Count, "set", "sets"), (batch.Deletes.Count, "delete", "deletes"),
            (batch.DeletedNamespaces.Count, "namespace to clear", "namespaces to clear"),
            (batch.AddedNamespaces.Count, "namespace to keep", "namespaces to keep"), (batch.Conditions.Count, "condition", "conditions"),
        ];
        string text = string.Join(", ", parts.Where(part => part.Count > 0).Select(part => $"{part.Count} {(part.Count == 1 ? part.One : part.Many)}"));
        return text.Length > 0 ? text : "nothing";
    }

    private bool IsHeard => ReferenceEquals(KvListener.Current, listener);

    private void Begin(string call, string preposition)
    {
        if (IsHeard)
        {
            listener.Begins($"{call} {preposition} {Description}.");
        }
    }

    private void End(string call, TimeSpan time, long? count)
    {
        if (IsHeard)
        {
            listener.Ended(call, time, count);
        }
    }

    private void Tell(string call, string preposition, Action action, Func<long>? getCount = null) => Tell(
        call,
        preposition,
        () =>
        {
            action();
            return true;
        },
        getCount);

    // A call that fails is told too: the slow one that ran into its time-out is what -Debug is asked for.
    private T Tell<T>(string call, string preposition, Func<T> function, Func<long>? getCount = null)
    {
        Begin(call, preposition);
        long start = Stopwatch.GetTimestamp();
        try
        {
            return function();
        }
        finally
        {
            End(call, Stopwatch.GetElapsedTime(start), getCount?.Invoke());
        }
    }

    private IEnumerable<T> TellAll<T>(string call, string preposition, Func<IEnumerable<T>> getAll)
    {
        Begin(call, preposition);
        long count = 0;
        TimeSpan time = TimeSpan.Zero;
        IEnumerator<T>? all = null;
        try
        {
            while (MoveNext())
            {
                count++;
                yield return all!.Current;
            }
        }
        finally
        {
            all?.Dispose();
            End(call, time, count);
        }

        // The time of whoever takes the items is not the storage's.
        bool MoveNext()
        {
            long start = Stopwatch.GetTimestamp();
            try
            {
                all ??= getAll().GetEnumerator();
                return all.MoveNext();
            }
            finally
            {
                time += Stopwatch.GetElapsedTime(start);
            }
        }
    }
}
