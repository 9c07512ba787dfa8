// What a case works with: a storage, store names nobody else has, and the few calls that most cases make.
namespace KvStore.Conformance;

/// <summary>The surroundings of one run of a case.</summary>
internal sealed class ConformanceContext
{
    public ConformanceContext(KvStorage storage, CancellationToken cancellation)
    {
        Storage = storage;
        Cancellation = cancellation;

        // Mixed case on purpose; with its suffixes within the 2 to 48 characters of the strictest storage.
        Store = $"KvCheck_{Guid.NewGuid():N}"[..24];
        OtherStore = Store + "-b";
    }

    public KvStorage Storage { get; }

    public CancellationToken Cancellation { get; }

    /// <summary>A store of this case alone, not there yet.</summary>
    public string Store { get; }

    /// <summary>A second one, whose name begins with that of the first.</summary>
    public string OtherStore { get; }

    /// <summary>The limits that a store has by default on this storage.</summary>
    public KvLimits Limits => KvLimits.Default.Within(Storage.Limits);

    public bool Has(KvCapabilities capability) => Storage.Capabilities.HasFlag(capability);

    public KvItem? Get(string fullKey) => Storage.Get(Store, fullKey, Cancellation);

    public string? GetValue(string fullKey) => Get(fullKey)?.Value;

    public KvCommit Commit(KvBatch batch) => Storage.Commit(Store, batch, Cancellation);

    public KvCommit Set(string fullKey, string value) => Commit(new KvBatch().Set(fullKey, value));

    /// <summary>Sets each key to a value that names it, in one batch if the storage takes so many.</summary>
    public void SetAll(params string[] fullKeys) => SetAllIn(Store, fullKeys);

    public void SetAllIn(string store, params string[] fullKeys)
    {
        foreach (string[] part in fullKeys.Chunk(Math.Min(Storage.MaximumBatchCount, 10_000)))
        {
            var batch = new KvBatch();
            Array.ForEach(part, fullKey => batch.Set(fullKey, ValueOf(fullKey)));
            Storage.Commit(store, batch, Cancellation);
        }
    }

    public static string ValueOf(string fullKey) => "value of " + fullKey;

    public IEnumerable<KvItem> Scan(KvRange? range = null) => Storage.Scan(Store, range ?? KvRange.All, Cancellation);

    public string[] Keys(KvRange? range = null) => Scan(range).Select(item => item.FullKey).ToArray();

    public string[] KeysOf(string store) => Storage.Scan(store, KvRange.All, Cancellation).Select(item => item.FullKey).ToArray();

    public string[] Kept(string namespacePath = "") => Storage.GetKeptNamespaces(Store, namespacePath, Cancellation).ToArray();

    /// <summary>The children as text: <c>name=</c> for an item, <c>name/</c> for a namespace, <c>name=/</c> for both at once.</summary>
    public string[] Children(string namespacePath = "") =>
        Storage.GetChildren(Store, namespacePath, Cancellation)
            .Select(node => node.Path + (node.Item is null ? "" : "=") + (node.IsNamespace ? "/" : ""))
            .ToArray();

    public KvStoreInfo? Describe(string? store = null) => Storage.GetStore(store ?? Store, Cancellation);

    public void Load(KvLoadMode mode, params KvEntry[] entries) => Storage.Load(entries, mode, Cancellation);

    public static KvItemEntry Item(string fullKey, string value) => new(new KvSet(fullKey, value));

    /// <summary>Waits until a time has passed on this machine's clock.</summary>
    public void WaitUntilPast(DateTimeOffset time)
    {
        for (TimeSpan left = time - DateTimeOffset.UtcNow; left >= TimeSpan.Zero; left = time - DateTimeOffset.UtcNow)
        {
            Cancellation.WaitHandle.WaitOne(left + TimeSpan.FromMilliseconds(2));
            Cancellation.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Runs an action on several threads at once and reports the first error of any.</summary>
    public static void InParallel(int threads, Action<int> action)
    {
        var errors = new Exception?[threads];
        Thread[] running = Enumerable.Range(0, threads).Select(i => new Thread(() =>
        {
            try
            {
                action(i);
            }
            catch (Exception e)
            {
                errors[i] = e;
            }
        })).ToArray();
        Array.ForEach(running, thread => thread.Start());
        Array.ForEach(running, thread => thread.Join());
        if (errors.FirstOrDefault(e => e is not null) is { } error)
        {
            throw new ConformanceException($"One of {threads} threads failed: {error.Message}", error);
        }
    }

    /// <summary>Removes what the case wrote, even when it was cancelled.</summary>
    public void RemoveStores()
    {
        Storage.RemoveStore(Store, CancellationToken.None);
        Storage.RemoveStore(OtherStore, CancellationToken.None);
    }
}
