// A read that takes long within a single step of SQLite ends when it is cancelled, and leaves its session fit for the next.
using KvStore.Storage.Sqlite;
using Xunit;

namespace KvStore.Storage.Tests;

public sealed class SqliteLongReadsTests : SqliteTest
{
    // It ends by itself after some seconds, so that a failure is one.
    private const string LongQuery = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 20000000) SELECT max(i) FROM n";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_long_read_ends_when_it_is_cancelled(bool isFile)
    {
        using Engine engine = OpenEngine(isFile);
        foreach (Action<CancellationTokenSource> read in Reads(engine))
        {
            using var source = new CancellationTokenSource();
            Assert.Throws<OperationCanceledException>(() => read(source));
            Assert.Equal("value", engine.Read(session => session.Get(Store, "key"), Token)?.Value);
            engine.Write(session => BatchCommit.Apply(session, Store, new KvBatch().Set("key", "value"), Token), runsAlone: false, Token);
        }
    }

    [Fact]
    public void A_long_read_of_a_backup_ends_when_it_is_cancelled()
    {
        Make();
        using var source = new CancellationTokenSource();
        using BackupFile backup = BackupFile.Open(Database, source.Token);
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => backup.Session.Connection.QueryNumber(LongQuery));
    }

    private static IEnumerable<Action<CancellationTokenSource>> Reads(Engine engine)
    {
        long Query(Session session, CancellationTokenSource source)
        {
            source.Cancel();
            return session.Connection.QueryNumber(LongQuery);
        }

        yield return source => engine.Stream(session => new[] { 1 }.Select(_ => Query(session, source)), source.Token).Count();
        yield return source => engine.Read(session => $"{Query(session, source)}", source.Token);
        yield return source =>
        {
            Session session = engine.Rent(source.Token)!;
            try
            {
                Query(session, source);
            }
            finally
            {
                engine.Return(session);
            }
        };
    }

    private Engine OpenEngine(bool isFile)
    {
        Engine engine = isFile ? new FileEngine(new DatabaseFile(Database, SqliteSettings.Default, Schema.Current)) : new MemoryEngine();
        engine.Write(session => BatchCommit.Apply(session, Store, new KvBatch().Set("key", "value"), Token), runsAlone: false, Token);
        return engine;
    }
}
