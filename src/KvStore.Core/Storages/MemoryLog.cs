// The past of a store in memory. Contents are immutable and share their structure, so that keeping one costs little.
using System.Collections.Immutable;

namespace KvStore;

/// <summary>The changes of a store and what it held after each, as far as they are kept. It outlives the store, whose name and revisions may come again. Safe for all threads.</summary>
internal sealed class MemoryLog(string store)
{
    /// <summary>How long a watch that nobody reads from still has its changes kept.</summary>
    public static readonly TimeSpan WatchLease = TimeSpan.FromSeconds(60);

    // A reader that falls behind by more must not take the memory of the process with it.
    private const int MaximumMoments = 100_000;

    // Forgetting moves all that is kept, so it is done in portions.
    private const int TrimInterval = 256;

    private static readonly Comparer<Moment> ByRevision = Comparer<Moment>.Create((x, y) => x.Revision.CompareTo(y.Revision));
    private static readonly ImmutableSortedSet<KvItem> NoItems = [];

    private readonly string _store = store;
    private readonly object _gate = new();
    private readonly List<Moment> _moments = [];
    private readonly List<Watch> _watches = [];
    private TimeSpan _period;
    private long _revision;

    /// <summary>How long earlier states are kept.</summary>
    public TimeSpan Period
    {
        get
        {
            lock (_gate)
            {
                return _period;
            }
        }

        set
        {
            lock (_gate)
            {
                _period = value;
            }
        }
    }

    /// <summary>Whether the next commit has to tell its changes.</summary>
    public bool IsRecording
    {
        get
        {
            lock (_gate)
            {
                return _period > TimeSpan.Zero || _watches.Any(watch => watch.IsAlive);
            }
        }
    }

    /// <summary>The oldest revision that is kept: the current one if there is no other.</summary>
    public long OldestRevision
    {
        get
        {
            lock (_gate)
            {
                return Oldest;
            }
        }
    }

    private long Oldest => _moments.Count == 0 ? _revision : _moments[0].Revision;

    /// <summary>Records a commit.</summary>
    /// <param name="before">The moment before it.</param>
    /// <param name="after">The moment after it.</param>
    public void Add(Moment before, Moment after)
    {
        lock (_gate)
        {
            if (_moments.Count == 0)
            {
                _moments.Add(before);
            }

            _moments.Add(after);
            _revision = after.Revision;
            if (_revision % TrimInterval == 0)
            {
                Trim(GetHorizon(after.Time, _period));
            }

            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>A commit whose changes nobody told: what was before can no longer be told either.</summary>
    /// <param name="revision">The revision that it made.</param>
    public void Skip(long revision)
    {
        lock (_gate)
        {
            _moments.Clear();
            _revision = revision;
        }
    }

    /// <summary>Forgets what is older than the period, or a shorter one; gives the number of changes forgotten.</summary>
    public long Trim(TimeSpan? keep)
    {
        lock (_gate)
        {
            return Trim(GetHorizon(KvTime.Now, keep < _period ? keep.Value : _period));
        }
    }

    /// <summary>Forgets the period and all that only it had kept: the store is removed.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _period = TimeSpan.Zero;
            Trim(long.MaxValue);
        }
    }

    /// <summary>The contents at a revision; null if they are not kept.</summary>
    public ImmutableSortedSet<KvItem>? Find(long revision)
    {
        lock (_gate)
        {
            int found = FindIndex(revision);
            return found < 0 ? null : _moments[found].Items;
        }
    }

    /// <summary>The changes of a key that are kept, the newest first, back to the state that the oldest moment holds.</summary>
    public IReadOnlyList<KvChange> GetHistory(string fullKey, ImmutableSortedSet<KvItem> current)
    {
        lock (_gate)
        {
            var changes = new List<KvChange>();
            for (int i = _moments.Count - 1; i > 0; i--)
            {
                changes.AddRange(_moments[i].Changes.Where(change => change.FullKey == fullKey));
            }

            ImmutableSortedSet<KvItem> oldest = _moments.Count == 0 ? current : _moments[0].Items;
            if (oldest.TryGetValue(new KvItem(_store, fullKey, ""), out KvItem item))
            {
                changes.Add(KvChange.OfSet(item));
            }

            return changes;
        }
    }

    /// <summary>Begins a watch, whose changes are kept from now on. Not while a commit is under way.</summary>
    /// <param name="fromRevision">The first revision that is wanted; null for the next.</param>
    /// <exception cref="KvException"><see cref="KvError.RevisionGone"/>.</exception>
    public Watch Begin(long? fromRevision)
    {
        lock (_gate)
        {
            long seen = fromRevision is { } from ? Math.Max(from - 1, 0) : _revision;
            KeptRevisions.CheckChanges(_store, seen + 1, Oldest);
            var watch = new Watch(this, seen);
            _watches.Add(watch);
            return watch;
        }
    }

    private long GetHorizon(long now, TimeSpan period) =>
        period == TimeSpan.MaxValue ? long.MinValue : now - (period.Ticks / TimeSpan.TicksPerMicrosecond);

    // The moment that was current at the horizon stays: what came after builds upon it.
    private long Trim(long horizon)
    {
        _watches.RemoveAll(watch => !watch.IsAlive);
        long needed = _watches.Count == 0 ? long.MaxValue : _watches.Min(watch => watch.Seen);
        int count = 0;
        while (count + 1 < _moments.Count
            && ((_moments[count + 1].Time <= horizon && _moments[count + 1].Revision <= needed) || _moments.Count - count > MaximumMoments))
        {
            count++;
        }

        long forgotten = _moments.Skip(1).Take(count).Sum(moment => (long)moment.Changes.Count);
        _moments.RemoveRange(0, count);
        return forgotten;
    }

    private int FindIndex(long revision) => _moments.BinarySearch(new Moment(revision, 0, NoItems, []), ByRevision);

    /// <summary>What a store held after a commit, and how it came to that.</summary>
    /// <param name="Revision">The revision that the commit made.</param>
    /// <param name="Time">When, in microseconds since 1970.</param>
    /// <param name="Items">What the store held then.</param>
    /// <param name="Changes">What the commit changed, in key order.</param>
    public sealed record Moment(long Revision, long Time, ImmutableSortedSet<KvItem> Items, IReadOnlyList<KvChange> Changes);

    /// <summary>One reader of the changes.</summary>
    public sealed class Watch(MemoryLog log, long seen)
    {
        private long _read = Environment.TickCount64;

        /// <summary>The last revision that was read.</summary>
        public long Seen { get; private set; } = seen;

        /// <summary>Whether somebody read from it lately.</summary>
        public bool IsAlive => Environment.TickCount64 - Volatile.Read(ref _read) < WatchLease.TotalMilliseconds;

        /// <summary>Reads the changes of the next commit, and waits for it if it has not come yet.</summary>
        /// <param name="timeout">How long to wait.</param>
        /// <param name="cancellation">Ends the wait.</param>
        /// <returns>The changes; none if time was up.</returns>
        /// <exception cref="KvException"><see cref="KvError.RevisionGone"/>: nobody read for too long.</exception>
        public IReadOnlyList<KvChange> Read(TimeSpan timeout, CancellationToken cancellation)
        {
            using CancellationTokenRegistration waking = cancellation.Register(Wake);
            lock (log._gate)
            {
                if (FindNext() is null && !cancellation.IsCancellationRequested)
                {
                    Monitor.Wait(log._gate, timeout);
                }

                cancellation.ThrowIfCancellationRequested();
                KeptRevisions.CheckChanges(log._store, Math.Min(Seen, log._revision) + 1, log.Oldest);
                Renew();
                if (!log._watches.Contains(this))
                {
                    log._watches.Add(this);
                }

                if (FindNext() is not { } moment)
                {
                    return [];
                }

                Seen = moment.Revision;
                return moment.Changes;
            }
        }

        /// <summary>Tells that somebody is still at work on what was read.</summary>
        public void Renew() => Volatile.Write(ref _read, Environment.TickCount64);

        /// <summary>Ends the watch: nothing is kept for it any longer.</summary>
        public void End()
        {
            lock (log._gate)
            {
                log._watches.Remove(this);
            }
        }

        private Moment? FindNext()
        {
            int found = log.FindIndex(Seen + 1);
            int next = found < 0 ? ~found : found;
            return next < log._moments.Count && log._moments[next].Revision > Seen ? log._moments[next] : null;
        }

        private void Wake()
        {
            lock (log._gate)
            {
                Monitor.PulseAll(log._gate);
            }
        }
    }
}
