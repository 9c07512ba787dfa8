// What another writer does between a read and the commit behind it.
namespace KvStore.Core.Tests;

/// <summary>Does something just before each commit. What it wraps stays the test's.</summary>
internal sealed class InterruptedStorage(KvStorage inner, Action interrupt) : DelegatingStorage(inner)
{
    public override KvCommit Commit(string store, KvBatch batch, CancellationToken cancellation)
    {
        interrupt();
        return base.Commit(store, batch, cancellation);
    }

    protected override void Dispose(bool disposing)
    {
        // What it wraps is the test's.
    }
}
