// etcd removes expired items by leases. A lease for each item would be one more write each, and many leases weigh on etcd:
// items that expire at about the same time share one. Nobody sees an item after its time, so a lease may end a little later.
using System.Collections.Concurrent;

namespace KvStore.Storage.Etcd;

/// <summary>The leases that this storage object has had granted. Safe for all threads.</summary>
internal sealed class ExpiryLeases(EtcdGateway gateway)
{
    private const long MicrosecondsPerSecond = 1_000_000;

    // etcd's own; what lives longer than these 285 years needs no lease.
    private const long LongestTime = 9_000_000_000;

    private readonly ConcurrentDictionary<long, (long Lease, long EndTick)> _leases = new();

    /// <summary>A lease that ends at an item's expiry or up to an eighth of its time later.</summary>
    /// <param name="expires">The expiry in microseconds since 1970.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>The lease; 0 for no expiry, or one too far away.</returns>
    public long Get(long expires, CancellationToken cancellation)
    {
        if (expires == 0)
        {
            return 0;
        }

        long left = Math.Max(0, expires - KvTime.Now);
        long seconds = (left / MicrosecondsPerSecond) + 1;
        long step = (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)Math.Max(1, seconds / 16));
        long end = ((expires / MicrosecondsPerSecond / step) + 1) * step;

        // By the machine's uptime: a clock that is set back must not leave an item on a lease that ends before it.
        long tick = Environment.TickCount64;
        if (_leases.TryGetValue(end, out (long Lease, long EndTick) known) && known.EndTick - tick >= left / 1000)
        {
            return known.Lease;
        }

        foreach ((long key, _) in _leases.Where(lease => lease.Value.EndTick < tick))
        {
            _leases.TryRemove(key, out _);
        }

        long time = seconds + step;
        if (time > LongestTime)
        {
            return 0;
        }

        long granted = gateway.GrantLease(time, cancellation);
        _leases[end] = (granted, tick + (time * 1000));
        return granted;
    }

    /// <summary>Forgets all leases, because one has ended that should not have.</summary>
    public void Forget() => _leases.Clear();
}
