// What differs between a database in a file and one in memory: who may read and write when. All else is shared.
namespace KvStore.Storage.Sqlite;

/// <summary>Gives out sessions to read with, and runs changes one after the other.</summary>
internal abstract class Engine : IDisposable
{
    /// <summary>Whether reading goes on while a change runs, even on the thread that runs it.</summary>
    public abstract bool ReadsBesideWrites { get; }

    /// <summary>Rung after each commit of this process.</summary>
    public CommitBell Bell { get; } = new();

    /// <summary>Reads something of one moment; null where there is no database yet.</summary>
    public abstract T? Read<T>(Func<Session, T?> read, CancellationToken cancellation)
        where T : class;

    /// <summary>A session for one read; null where there is no database yet. To be given back.</summary>
    /// <param name="cancellation">Cancels the read, within a step of it too, until the session is given back.</param>
    public abstract Session? Rent(CancellationToken cancellation);

    /// <summary>Gives a session back.</summary>
    public abstract void Return(Session session);

    /// <summary>A lazy read that sees one moment, from its first step on.</summary>
    public abstract IEnumerable<T> Stream<T>(Func<Session, IEnumerable<T>> read, CancellationToken cancellation);

    /// <summary>Runs a change in a transaction; what it wrote is durable when this returns.</summary>
    /// <param name="change">The change; it may be run again if a transaction that it shared with others was lost.</param>
    /// <param name="runsAlone">It is run once, on the calling thread, and shares its transaction with no other.</param>
    /// <param name="cancellation">Cancels the wait and the change.</param>
    public abstract T Write<T>(Func<Session, T> change, bool runsAlone, CancellationToken cancellation);

    /// <summary>Gives free space back to the system. Writers wait meanwhile, readers do not.</summary>
    public abstract void Shrink(CancellationToken cancellation);

    /// <summary>Copies the database as it is at one moment into an empty one, while others write.</summary>
    /// <returns>False where there is no database yet.</returns>
    public abstract bool TryCopyTo(Connection target, Action<double> report);

    /// <summary>Closes the database.</summary>
    public abstract void Dispose();
}
