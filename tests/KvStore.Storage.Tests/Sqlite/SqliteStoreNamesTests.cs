// What a process remembers of its stores is what was committed: an id that a rollback gave back may become another store's.
using KvStore.Storage.Sqlite;
using Xunit;

namespace KvStore.Storage.Tests;

public sealed class SqliteStoreNamesTests : SqliteTest
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_store_whose_making_was_rolled_back_never_shows_the_items_of_the_next_one(bool isFile)
    {
        using Engine engine = OpenEngine(isFile);
        Assert.Throws<InvalidOperationException>(() => engine.Write<bool>(
            session =>
            {
                // As when one caller of a group makes a store, another looks at it, and then the disk is full.
                BatchCommit.Apply(session, "lost", new KvBatch().Set("key", "of lost"), Token);
                Assert.False(BatchCommit.Apply(session, "lost", new KvBatch().RequireAbsent("key"), Token).Succeeded);
                throw new InvalidOperationException();
            },
            runsAlone: false,
            Token));
        Apply(engine, "next", new KvBatch().Set("key", "of next"));
        Assert.Null(Get(engine, "lost"));
        Assert.Equal("of next", Get(engine, "next")?.Value);
    }

    [Fact]
    public void A_reader_of_an_older_moment_does_not_bring_an_old_spelling_back()
    {
        using Engine engine = OpenEngine(isFile: true);
        Apply(engine, "store", new KvBatch().Set("key", "old"));
        engine.Read(session =>
        {
            // This is what fixes the reader's moment.
            Assert.Single(session.Stores.List(Token));
            Apply(engine, "store", new KvBatch().Delete("key"));
            Apply(engine, "STORE", new KvBatch().Set("key", "new"));
            Assert.Equal("old", session.Get("store", "key")?.Value);
            return "";
        }, Token);
        Assert.Equal(("STORE", "new"), (Get(engine, "store")?.Store, Get(engine, "store")?.Value));
    }

    [Fact]
    public void A_spelling_that_was_rolled_back_with_its_part_of_a_group_is_not_remembered()
    {
        using Engine engine = OpenEngine(isFile: true);
        Apply(engine, "store", new KvBatch().Set("key", "old"));
        Apply(engine, "store", new KvBatch().Delete("key"));
        engine.Write(
            session =>
            {
                session.Savepoint();
                BatchCommit.Apply(session, "STORE", new KvBatch().Set("key", "lost"), Token);
                session.RollbackToSavepoint();
                return BatchCommit.Apply(session, "store", new KvBatch().Set("key", "new"), Token);
            },
            runsAlone: false,
            Token);
        Assert.Equal("store", Get(engine, "STORE")?.Store);
    }

    private Engine OpenEngine(bool isFile) =>
        isFile ? new FileEngine(new DatabaseFile(Database, SqliteSettings.Default, Schema.Current)) : new MemoryEngine();

    private static void Apply(Engine engine, string store, KvBatch batch) =>
        Assert.True(engine.Write(session => BatchCommit.Apply(session, store, batch, Token), runsAlone: false, Token).Succeeded);

    private static KvItem? Get(Engine engine, string store) => engine.Read(session => session.Get(store, "key"), Token);
}
