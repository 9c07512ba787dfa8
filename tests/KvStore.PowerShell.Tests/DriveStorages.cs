// Storages that show what a drive does with them: one that does only what it must, one that tells when it is opened and closed,
// one at which another writer is always a little quicker, and one that allows little.
// Loaded by DriveDuties.Tests.ps1 with Add-Type; not part of the test program.
using System.Collections.Generic;
using System.Threading;
using KvStore;

/// <summary>The four required members, and no capability.</summary>
public sealed class MinimalStorage : KvStorage
{
    private readonly MemoryStorage inner = new MemoryStorage();

    public override IEnumerable<KvStoreInfo> GetStores(CancellationToken cancellation) { return inner.GetStores(cancellation); }

    public override KvItem Get(string store, string fullKey, CancellationToken cancellation)
    {
        KvItem item = inner.Get(store, fullKey, cancellation);
        return item == null ? null : new KvItem(item.Store, item.FullKey, item.Value);
    }

    public override IEnumerable<KvItem> Scan(string store, KvRange range, CancellationToken cancellation)
    {
        foreach (KvItem item in inner.Scan(store, range, cancellation)) { yield return new KvItem(item.Store, item.FullKey, item.Value); }
    }

    public override KvCommit Commit(string store, KvBatch batch, CancellationToken cancellation) { inner.Commit(store, batch, cancellation); return KvCommit.Done; }
}

/// <summary>Counts its objects, and remembers who opened the last.</summary>
public sealed class TellingStorage : DelegatingStorage
{
    public static int Opened;
    public static int Closed;
    public static string LastUser;

    public TellingStorage(string user = "", string password = "") : base(new MemoryStorage())
    {
        Opened++;
        LastUser = user + " " + password;
    }

    protected override void Dispose(bool disposing) { Closed++; base.Dispose(disposing); }
}

/// <summary>Once, just before a commit, another writer removes the item that it sets and makes it again.</summary>
public sealed class MakingAgainStorage : DelegatingStorage
{
    public static string MadeAgain;

    public MakingAgainStorage() : base(new MemoryStorage()) { }

    public override KvCommit Commit(string store, KvBatch batch, CancellationToken cancellation)
    {
        string value = MadeAgain;
        MadeAgain = null;
        if (value != null)
        {
            base.Commit(store, new KvBatch().Delete(batch.Sets[0].FullKey), cancellation);
            base.Commit(store, new KvBatch().Set(batch.Sets[0].FullKey, value), cancellation);
        }

        return base.Commit(store, batch, cancellation);
    }
}

/// <summary>Allows small values only.</summary>
public sealed class TightStorage : DelegatingStorage
{
    public TightStorage() : base(new MemoryStorage()) { }

    public override KvLimits Limits { get { return new KvLimits(100, 1000); } }
}
