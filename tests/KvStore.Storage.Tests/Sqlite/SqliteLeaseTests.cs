// A watch's lease is renewed on a thread of the system's, where an error that nobody catches ends the process.
using KvStore.Storage.Sqlite;
using Xunit;

namespace KvStore.Storage.Tests;

public sealed class SqliteLeaseTests : SqliteTest
{
    [Fact]
    public void A_renewal_that_fails_in_whatever_way_is_left_to_the_next()
    {
        using var engine = new FailingEngine();
        WatchLease lease = WatchLease.Begin(engine, Store, fromRevision: null, Token);
        engine.Error = new DriveNotFoundException();
        WatchLease.OnTimer(new WeakReference<WatchLease>(lease));
        Assert.Equal(1, engine.Failures);
        engine.Error = null;
        WatchLease.OnTimer(new WeakReference<WatchLease>(lease));
        Assert.Equal(1, engine.Failures);
        lease.End();
    }

    private sealed class FailingEngine : Engine
    {
        private readonly MemoryEngine _inner = new();

        public Exception? Error { get; set; }

        public int Failures { get; private set; }

        public override bool ReadsBesideWrites => false;

        public override T Write<T>(Func<Session, T> change, bool runsAlone, CancellationToken cancellation)
        {
            if (Error is null)
            {
                return _inner.Write(change, runsAlone, cancellation);
            }

            Failures++;
            throw Error;
        }

        public override T? Read<T>(Func<Session, T?> read, CancellationToken cancellation)
            where T : class => _inner.Read(read, cancellation);

        public override Session? Rent(CancellationToken cancellation) => _inner.Rent(cancellation);

        public override void Return(Session session) => _inner.Return(session);

        public override IEnumerable<T> Stream<T>(Func<Session, IEnumerable<T>> read, CancellationToken cancellation) => _inner.Stream(read, cancellation);

        public override void Shrink(CancellationToken cancellation) => _inner.Shrink(cancellation);

        public override bool TryCopyTo(Connection target, Action<double> report) => _inner.TryCopyTo(target, report);

        public override void Dispose() => _inner.Dispose();
    }
}
