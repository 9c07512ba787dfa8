// Several users of one open storage: each disposes its own lease, and the last one closes the storage.
namespace KvStore;

/// <summary>One user's hold on a shared storage.</summary>
internal sealed class StorageLease(KvStorage inner, Action release) : DelegatingStorage(inner)
{
    private Action? _release = release;

    protected override void Dispose(bool disposing) => Interlocked.Exchange(ref _release, null)?.Invoke();
}
