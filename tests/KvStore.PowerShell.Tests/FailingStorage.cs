// A storage in whose store "broken" nothing can be written. Loaded by Writing.Tests.ps1 with Add-Type; not part of the test program.
using System.Threading;
using KvStore;

/// <summary>Fails as a database does that finds a damaged row while it writes: of the batch nothing is written.</summary>
public sealed class FailingStorage : DelegatingStorage
{
    public FailingStorage() : base(new MemoryStorage()) { }

    public override KvCommit Commit(string store, KvBatch batch, CancellationToken cancellation)
    {
        if (store == "broken") { throw new KvException(KvError.StorageDamaged, "A row is damaged."); }
        return base.Commit(store, batch, cancellation);
    }
}
