// Listings and trees of the past come as many scans of one revision, whose place is looked for once.
namespace KvStore.Storage.Etcd;

/// <summary>Finds where stores' revisions end among etcd's. Safe for all threads.</summary>
internal sealed class PastMoments(EtcdGateway gateway, EtcdKeys layout)
{
    private Moment? _last;

    /// <summary>etcd's last revision at which a store had one of its own.</summary>
    /// <exception cref="KvException"><see cref="KvError.RevisionGone"/>.</exception>
    public long Find(string store, long revision, CancellationToken cancellation)
    {
        if (Volatile.Read(ref _last) is { } last && last.Revision == revision && last.Store.Equals(store, StringComparison.OrdinalIgnoreCase))
        {
            return last.EtcdRevision;
        }

        StorePast past = StorePast.Read(gateway, layout.Of(store), store, cancellation);
        long found = past.FindLast(revision, cancellation);
        if (revision < past.Revision)
        {
            // Where the current one ends is not settled yet.
            Volatile.Write(ref _last, new Moment(store, revision, found));
        }

        return found;
    }

    private sealed record Moment(string Store, long Revision, long EtcdRevision);
}
