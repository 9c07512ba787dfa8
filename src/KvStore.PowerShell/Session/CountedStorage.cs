// Exports and imports go through Core in one call; what passes meanwhile is counted where it passes.
namespace KvStore.PowerShell;

/// <summary>Tells how many items were scanned and loaded so far, after each.</summary>
/// <param name="inner">The storage.</param>
/// <param name="counted">Is told.</param>
internal sealed class CountedStorage(KvStorage inner, Action<long> counted) : DelegatingStorage(inner)
{
    private long _count;

    /// <inheritdoc/>
    public override IEnumerable<KvItem> Scan(string store, KvRange range, CancellationToken cancellation)
    {
        foreach (KvItem item in Inner.Scan(store, range, cancellation))
        {
            counted(++_count);
            yield return item;
        }
    }

    /// <inheritdoc/>
    public override void Load(IEnumerable<KvEntry> entries, KvLoadMode mode, CancellationToken cancellation) =>
        Inner.Load(entries.Select(Count), mode, cancellation);

    private KvEntry Count(KvEntry entry)
    {
        if (entry is KvItemEntry)
        {
            counted(++_count);
        }

        return entry;
    }
}
