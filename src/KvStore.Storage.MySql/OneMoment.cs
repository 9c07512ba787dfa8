// Most scans fit one page, which a single statement reads: only a second page is worth a transaction.
using KvStore.Storage.MySql.Client;

namespace KvStore.Storage.MySql;

/// <summary>
/// Reads page after page as of one moment. The first page is read by itself; if it turns out not to be all, it is thrown
/// away and read again in a transaction, in which all others follow.
/// </summary>
/// <param name="database">The database.</param>
/// <param name="cancellation">Ends the reading, a running statement too.</param>
internal sealed class OneMoment(Database database, CancellationToken cancellation) : IDisposable
{
    private Snapshot? _snapshot;

    /// <summary>Begins the transaction at once, where several statements are needed in any case.</summary>
    public void Begin() => _snapshot = database.OpenSnapshot(cancellation);

    /// <summary>Reads a page.</summary>
    /// <param name="readPage">Reads it by one statement.</param>
    /// <param name="isAll">Whether no further page is needed.</param>
    /// <param name="empty">The page of a database without our tables.</param>
    public T Read<T>(Func<Connection, T> readPage, Predicate<T> isAll, T empty)
    {
        if (_snapshot is null)
        {
            T page = database.Read(readPage, empty, cancellation);
            if (isAll(page))
            {
                return page;
            }

            Begin();
        }

        return _snapshot is null ? empty : _snapshot.Read(readPage);
    }

    /// <summary>Ends the transaction, if one was needed.</summary>
    public void Dispose() => _snapshot?.Dispose();
}
