// A storage that shows what New-KvStore does when the second of its two steps fails.
// Loaded by Stores.Tests.ps1 with Add-Type; not part of the test program.
using System;
using System.Threading;
using KvStore;

/// <summary>Refuses history periods, while others work on the new store.</summary>
public sealed class RefusingStorage : DelegatingStorage
{
    public RefusingStorage() : base(new MemoryStorage()) { }

    /// <summary>What the storage says that it can do about history.</summary>
    public bool Promises = true;

    /// <summary>What somebody else does meanwhile: "write", "remove" or nothing.</summary>
    public string Meanwhile = "";

    public bool FailsToRemove;

    public int Created;

    public override KvCapabilities Capabilities { get { return Promises ? base.Capabilities : base.Capabilities & ~KvCapabilities.History; } }

    public override void CreateStore(string store, KvLimits limits, CancellationToken cancellation)
    {
        Created++;
        base.CreateStore(store, limits, cancellation);
        if (Meanwhile == "write") { Commit(store, new KvBatch().Set("theirs", "1"), cancellation); }
        if (Meanwhile == "remove") { base.RemoveStore(store, cancellation); }
    }

    public override void SetHistoryPeriod(string store, TimeSpan period, CancellationToken cancellation)
    {
        throw new KvException(KvError.NotSupported, "The engine decides.", store);
    }

    public override void RemoveStore(string store, CancellationToken cancellation)
    {
        if (FailsToRemove) { throw new KvException(KvError.StorageBusy, "It is busy.", store); }
        base.RemoveStore(store, cancellation);
    }
}
