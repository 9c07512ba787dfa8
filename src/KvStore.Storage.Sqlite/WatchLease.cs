// A watch makes all processes log a store's changes, by a lease in the database: who is killed leaves one that lapses by itself.
using System.Security.Cryptography;

namespace KvStore.Storage.Sqlite;

/// <summary>The registration of one watch in its database, renewed until it is ended or abandoned.</summary>
internal sealed class WatchLease
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan RenewalInterval = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(2);

    // For this long a watch whose process stood still may go on if nothing was lost meanwhile.
    private static readonly TimeSpan Memory = TimeSpan.FromHours(1);

    private readonly Engine _engine;
    private readonly Timer _timer;
    private long _seen;
    private int _hasEnded;

    private WatchLease(Engine engine, long id, StoreName store, long seen)
    {
        _engine = engine;
        Id = id;
        Store = store;
        _seen = seen;

        // The timer must not keep a watch alive that its user has forgotten: both go, and the lease lapses.
        _timer = new Timer(OnTimer, new WeakReference<WatchLease>(this), RenewalInterval, RenewalInterval);
    }

    /// <summary>Its row in the database: where that is missing, the database is another one.</summary>
    public long Id { get; }

    /// <summary>The store that is watched.</summary>
    public StoreName Store { get; }

    /// <summary>The revision up to which the watch has read all changes.</summary>
    public long Seen
    {
        get => Volatile.Read(ref _seen);
        set => Volatile.Write(ref _seen, value);
    }

    /// <summary>Registers a watch; the store's row is made if there is none, but the store is not there by it.</summary>
    /// <param name="engine">The database.</param>
    /// <param name="store">The store's name.</param>
    /// <param name="fromRevision">The first revision whose changes are wanted; null for those to come.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <exception cref="KvException"><see cref="KvError.RevisionGone"/>, <see cref="KvError.ReadOnly"/>.</exception>
    public static WatchLease Begin(Engine engine, string store, long? fromRevision, CancellationToken cancellation)
    {
        long id = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long))) & long.MaxValue;
        (StoreName name, long seen) = engine.Write(
            session =>
            {
                long now = KvTime.Now;
                StoreRow row = session.Stores.Find(store) ?? session.Stores.Insert(store, KvLimits.Default, isKept: false);
                long last = fromRevision is null ? row.Revision : Math.Max(fromRevision.Value - 1, 0);
                KeptRevisions.CheckChanges(row.Name, last + 1, row.Log.Start);
                long until = now + (Period.Ticks / TimeSpan.TicksPerMicrosecond);
                session.Watches.DeleteOld(now - (Memory.Ticks / TimeSpan.TicksPerMicrosecond));
                session.Watches.Insert(id, row.Id, last, until);
                session.Stores.Update(row with { Log = row.Log with { WatchedUntil = Math.Max(row.Log.WatchedUntil, until) } });
                return (new StoreName(row.Id, row.Name), last);
            },
            runsAlone: false,
            cancellation);
        return new WatchLease(engine, id, name, seen);
    }

    /// <summary>Ends the watch: unless there are others, the store's changes are logged no more for its sake.</summary>
    public void End()
    {
        if (Interlocked.Exchange(ref _hasEnded, 1) != 0)
        {
            return;
        }

        _timer.Dispose();
        using var patience = new CancellationTokenSource(EndPatience);
        try
        {
            _engine.Write(Delete, runsAlone: false, patience.Token);
        }
        catch (Exception e) when (e is KvException or OperationCanceledException)
        {
            // A database that cannot be written now, or is closed: the lease lapses by itself.
        }
    }

    /// <summary>Renews a lease that is still in use.</summary>
    /// <param name="state">The weak reference to it.</param>
    internal static void OnTimer(object? state)
    {
        if (!((WeakReference<WatchLease>)state!).TryGetTarget(out WatchLease? lease))
        {
            return;
        }

        try
        {
            lease.Renew();
        }
        catch (Exception)
        {
            // Whatever it is: on this thread it would end the process. It is tried again at the next turn, and if the lease lapses
            // meanwhile, the watch itself finds out whether it missed anything.
        }
    }

    private bool Delete(Session session)
    {
        session.Watches.Delete(Id);
        if (session.Stores.Find(Store.Name) is { } row)
        {
            session.Stores.Update(row with { Log = row.Log with { WatchedUntil = session.Watches.GetLastUntil(row.Id) } });
        }

        return true;
    }

    private void Renew() =>
        _engine.Write(
            session =>
            {
                long until = KvTime.Now + (Period.Ticks / TimeSpan.TicksPerMicrosecond);
                if (session.Watches.Renew(Id, Seen, until) && session.Stores.Find(Store.Name) is { } row)
                {
                    session.Stores.Update(row with { Log = row.Log with { WatchedUntil = Math.Max(row.Log.WatchedUntil, until) } });
                }

                return true;
            },
            runsAlone: false,
            CancellationToken.None);
}
