// "Reads no more than it must" is shown by counting.
namespace KvStore.Core.Tests;

internal sealed class CountingStorage(KvStorage inner) : DelegatingStorage(inner)
{
    public int ItemsRead { get; private set; }

    public override IEnumerable<KvItem> Scan(string store, KvRange range, CancellationToken cancellation)
    {
        foreach (KvItem item in base.Scan(store, range, cancellation))
        {
            ItemsRead++;
            yield return item;
        }
    }
}
