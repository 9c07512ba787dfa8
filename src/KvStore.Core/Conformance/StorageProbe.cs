// "Does it work?", in the time of three calls: what a monitor asks every minute, where the whole suite would be too much.
using System.Diagnostics;

namespace KvStore.Conformance;

/// <summary>How long the three calls of a probe took on a storage that works.</summary>
/// <param name="Storage">What and where the storage is.</param>
/// <param name="Set">Of writing an item.</param>
/// <param name="Get">Of reading it.</param>
/// <param name="Delete">Of deleting it.</param>
/// <param name="Remarks">What to know about the storage as it runs here.</param>
public sealed record StorageProbeResult(string Storage, TimeSpan Set, TimeSpan Get, TimeSpan Delete, IReadOnlyList<string> Remarks);

/// <summary>A health probe: sets, gets and deletes an item in a store of its own.</summary>
public static class StorageProbe
{
    /// <summary>Probes a storage.</summary>
    /// <param name="storage">The storage.</param>
    /// <param name="cancellation">Cancels the probe.</param>
    /// <exception cref="KvException">The storage failed; or <see cref="KvError.StorageDamaged"/>: it did not give back what was set.</exception>
    public static StorageProbeResult Run(KvStorage storage, CancellationToken cancellation)
    {
        KvStorage probed = CheckedStorage.Wrap(storage);
        string store = $"KvProbe_{Guid.NewGuid():N}"[..24];
        string value = Guid.NewGuid().ToString();
        var watch = Stopwatch.StartNew();
        try
        {
            probed.Commit(store, new KvBatch().Set("probe", value), cancellation);
            TimeSpan set = watch.Elapsed;
            string? found = probed.Get(store, "probe", cancellation)?.Value;
            TimeSpan get = watch.Elapsed - set;
            if (found != value)
            {
                throw new KvException(KvError.StorageDamaged, $"Storage '{probed.Description}' did not give back the item that was just set. Test-KvStorage without -Quick tells more.", probed.Description);
            }

            watch.Restart();
            probed.Commit(store, new KvBatch().Delete("probe"), cancellation);
            return new StorageProbeResult(probed.Description, set, get, watch.Elapsed, probed.Remarks);
        }
        catch
        {
            // Nothing of the probe stays behind, if the storage still answers at all; the first error is the one that counts.
            RemoveQuietly(probed, store);
            throw;
        }
    }

    private static void RemoveQuietly(KvStorage storage, string store)
    {
        try
        {
            storage.RemoveStore(store, CancellationToken.None);
        }
        catch (KvException)
        {
            // Said already: the storage fails.
        }
    }
}
