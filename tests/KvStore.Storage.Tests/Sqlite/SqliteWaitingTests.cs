// Writers that wait: for programs that know the lock file, for those that do not, and not a moment longer than they must.
using System.Diagnostics;
using KvStore.Storage.Sqlite;
using Xunit;

namespace KvStore.Storage.Tests;

public sealed class SqliteWaitingTests : SqliteTest
{
    // For what must come, on a busy machine too.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public void A_writer_gives_up_when_another_process_holds_the_lock_file_for_too_long()
    {
        Make();
        using LockFile other = Hold();
        var watch = Stopwatch.StartNew();
        KvException error = Throws(KvError.StorageBusy, () => Set(Open(timeout: 0.3), "key", "value"));
        Assert.InRange(watch.ElapsedMilliseconds, 250, 10_000);
        Assert.Contains("0.3 seconds", error.Message, StringComparison.Ordinal);
        Assert.Contains(Database, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_writer_gives_up_when_another_program_holds_the_database_for_too_long()
    {
        Make();
        using Connection other = Connection.Open(Database, ConnectionUse.Writing, SqliteSettings.Default);
        other.Execute("BEGIN IMMEDIATE");
        KvStorage storage = Open(timeout: 0.3);
        Throws(KvError.StorageBusy, () => Set(storage, "key", "value"));
        Assert.Equal("value-of-0001", Get(storage, "key0001"));
        other.Execute("ROLLBACK");
        Set(storage, "key", "value");
        Assert.Equal("value", Get(storage, "key"));
    }

    [Fact]
    public void A_writer_goes_on_as_soon_as_the_lock_file_is_free()
    {
        Make();
        KvStorage storage = Open();
        using LockFile other = Hold();
        Task write = Task.Run(() => Set(storage, "key", "value"), Token);
        Assert.False(write.Wait(200, Token));
        other.Release();
        Assert.True(write.Wait(Patience, Token));
        Assert.Equal("value", Get(storage, "key"));
    }

    [Fact]
    public void A_wait_that_is_given_up_leaves_the_lock_to_others_and_the_next_writer_takes_it_over()
    {
        Make();
        KvStorage storage = Open(timeout: 0.1);
        using (LockFile other = Hold())
        {
            Throws(KvError.StorageBusy, () => Set(storage, "a", "value"));
            Throws(KvError.StorageBusy, () => Set(storage, "b", "value"));
            other.Release();
            Assert.True(SpinWait.SpinUntil(() => other.TryAcquire(TimeSpan.FromSeconds(1), Token), Patience));
            other.Release();
        }

        // Its patience is short, and a machine may be busy: what must not be is a lock that nobody gives back.
        Assert.True(SpinWait.SpinUntil(() => Record.Exception(() => Set(storage, "c", "value")) is null, Patience));
        Assert.Equal(["c", "key0000", "key0001", "key0002"], Keys(storage));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_wait_ends_at_once_when_it_is_cancelled(bool byLockFile)
    {
        Make();
        using LockFile? lockFile = byLockFile ? Hold() : null;
        using Connection other = Connection.Open(Database, ConnectionUse.Writing, SqliteSettings.Default);
        other.Execute(byLockFile ? "SELECT 1" : "BEGIN IMMEDIATE");
        KvStorage storage = Open();
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        var watch = Stopwatch.StartNew();
        Assert.ThrowsAny<OperationCanceledException>(() => storage.Commit(Store, new KvBatch().Set("a", "x"), source.Token));
        Assert.InRange(watch.ElapsedMilliseconds, 100, 25_000);
    }

    [Fact]
    public void A_writer_behind_a_cancelled_one_is_not_held_up()
    {
        Make();
        KvStorage storage = Open();
        using LockFile other = Hold();
        using var source = new CancellationTokenSource();
        Task cancelled = Task.Run(() => storage.Commit(Store, new KvBatch().Set("a", "x"), source.Token), Token);
        Thread.Sleep(100);
        Task[] behind = Enumerable.Range(0, 5).Select(i => Task.Run(() => Set(storage, $"b{i}", "x"), Token)).ToArray();
        Thread.Sleep(100);
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => cancelled.GetAwaiter().GetResult());
        other.Release();
        Assert.True(Task.WaitAll(behind, (int)Patience.TotalMilliseconds, Token));
        Assert.Equal(["b0", "b1", "b2", "b3", "b4", "key0000", "key0001", "key0002"], Keys(storage));
    }

    [Fact]
    public void A_leader_that_is_cancelled_while_another_program_writes_cancels_nobody_else()
    {
        Make();
        using Connection other = Connection.Open(Database, ConnectionUse.Writing, SqliteSettings.Default);
        other.Execute("BEGIN IMMEDIATE");
        KvStorage storage = Open();
        using LockFile gathering = Hold();
        using var source = new CancellationTokenSource();
        Task cancelled = Task.Run(() => storage.Commit(Store, new KvBatch().Set("a", "x"), source.Token), Token);
        Thread.Sleep(100);
        Task behind = Task.Run(() => Set(storage, "b", "x"), Token);
        Thread.Sleep(100);
        gathering.Release();
        Thread.Sleep(100);
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => cancelled.GetAwaiter().GetResult());
        other.Execute("ROLLBACK");
        Assert.True(behind.Wait(Patience, Token));
        Assert.Equal("x", Get(storage, "b"));
    }

    [Fact]
    public void A_long_delete_ends_when_it_is_cancelled_and_deletes_nothing()
    {
        const int Count = 200_000;
        KvStorage storage = Open();
        bool isCancelled = false;

        // On a busy machine the timer may come when the delete is done: then it is tried again.
        for (int tries = 0; tries < 10 && !isCancelled; tries++)
        {
            storage.Load(
                Enumerable.Range(0, Count).Select(i => (KvEntry)new KvItemEntry(new KvSet($"n/{i:D6}", "x"))).Prepend(new KvStoreEntry(Store)), KvLoadMode.Merge, Token);
            using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(5));
            try
            {
                storage.Commit(Store, new KvBatch().DeleteNamespace("n"), source.Token);
            }
            catch (OperationCanceledException)
            {
                isCancelled = true;
            }
        }

        Assert.True(isCancelled);
        Assert.Equal(Count, storage.GetStore(Store, Token)!.ItemCount);
        storage.Commit(Store, new KvBatch().DeleteNamespace("n"), Token);
        Assert.Null(storage.GetStore(Store, Token));
    }

    /// <summary>Holds the lock file as another process would: the lock belongs to the open file.</summary>
    private LockFile Hold()
    {
        var other = new LockFile(Database);
        Assert.True(other.TryAcquire(Patience, Token));
        return other;
    }
}
