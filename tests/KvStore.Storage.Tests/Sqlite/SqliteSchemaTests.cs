// What a file is recognised as, and the way from one version of the tables to the next.
using KvStore.Storage.Fixtures;
using KvStore.Storage.Sqlite;
using Xunit;

namespace KvStore.Storage.Tests;

public sealed class SqliteSchemaTests : SqliteTest
{
    private const string NextVersion = "ALTER TABLE kv ADD COLUMN extra TEXT; CREATE TABLE added (id INTEGER PRIMARY KEY) STRICT;";

    private static readonly int Version = Schema.Current.Version;

    [Fact]
    public void A_new_file_tells_its_program_and_version()
    {
        Make();
        Assert.Equal(Schema.ApplicationId, QueryNumber("PRAGMA application_id"));
        Assert.Equal(Version, QueryNumber("PRAGMA user_version"));
        Assert.Equal(4096, QueryNumber("PRAGMA page_size"));
    }

    [Fact]
    public void A_reader_that_comes_while_a_file_is_made_takes_it_for_nobody_elses()
    {
        for (int i = 0; i < 100; i++)
        {
            string url = $"{Database}{i}";
            using var writer = new SqliteStorage(url);
            using var reader = new SqliteStorage(url);
            var reading = TestThread.Start(() =>
            {
                while (reader.GetStore("myKV", Token) is null)
                {
                    Token.ThrowIfCancellationRequested();
                }
            });
            writer.Commit("myKV", new KvBatch().Set("key", "value"), Token);
            TestThread.Join(reading);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_older_schema_is_migrated_and_its_data_stays(bool readsFirst)
    {
        Make();
        using KvStorage newer = OpenWith(Schema.Current.Then(NextVersion));
        if (readsFirst)
        {
            Assert.Equal("value-of-0001", Get(newer, "key0001"));
        }

        Set(newer, "added", "value");
        Assert.Equal("value-of-0001", Get(newer, "key0001"));
        Assert.Equal(Version + 1, QueryNumber("PRAGMA user_version"));
        Assert.Equal(0, QueryNumber("SELECT count(*) FROM added"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_file_of_version_1_is_migrated_and_all_of_it_stays(bool readsFirst)
    {
        File.Copy(Path.Combine(AppContext.BaseDirectory, "data", "sqlite-v1.db"), Database);
        Assert.Equal(1, QueryNumber("PRAGMA user_version"));
        KvStorage storage = Open();
        if (!readsFirst)
        {
            storage.Commit("added", new KvBatch().Set("a", "1"), Token);
        }

        Assert.Equal(["a = 2 (2)", "b/c = naïve ☃ (1)", "later = soon (1)"], storage.Scan("myKV", KvRange.All, Token).Select(item => $"{item.FullKey} = {item.Value} ({item.Version})"));
        Assert.Equal(["empty/inner"], storage.GetKeptNamespaces("myKV", "", Token));
        KvStoreInfo info = storage.GetStore("mykv", Token)!;
        Assert.Equal((7, 7, TimeSpan.Zero), (info.Revision, info.OldestRevision, info.HistoryPeriod));
        Assert.Equal(10_000, storage.GetStore("kept", Token)!.Limits.MaximumValueSize);
        storage.SetHistoryPeriod("myKV", TimeSpan.MaxValue, Token);
        storage.Commit("myKV", new KvBatch().Set("a", "3").Delete("b/c"), Token);
        Assert.Equal(["2", "naïve ☃", "soon"], storage.ScanAt("myKV", KvRange.All, 7, Token).Select(item => item.Value));
        Assert.Equal(2, QueryNumber("PRAGMA user_version"));
        Assert.Equal(0, QueryNumber("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"));
    }

    [Fact]
    public void A_migration_that_fails_changes_nothing()
    {
        Make();
        using (KvStorage newer = OpenWith(Schema.Current.Then(NextVersion + "CREATE TABLE kv (x);")))
        {
            Throws(KvError.StorageUnavailable, () => Set(newer, "added", "value"));
        }

        Assert.Equal(Version, QueryNumber("PRAGMA user_version"));
        Assert.Equal(3, Keys(Open()).Length);
    }

    [Fact]
    public void A_newer_schema_is_refused_and_left_as_it_is()
    {
        Make();
        Execute($"PRAGMA user_version = {Version + 1}");
        byte[] before = File.ReadAllBytes(Database);
        KvStorage storage = Open();
        KvException error = Throws(KvError.NewerSchema, () => Get(storage, "key0001"));
        Assert.Contains(Database, error.Message, StringComparison.Ordinal);
        Throws(KvError.NewerSchema, () => Set(storage, "key0001", "value"));
        Close();
        Assert.Equal(before, File.ReadAllBytes(Database));
    }

    [Fact]
    public void A_file_that_a_newer_program_migrates_meanwhile_is_written_no_more()
    {
        KvStorage older = Open();
        Set(older, "a", "1");
        using KvStorage newer = OpenWith(Schema.Current.Then(NextVersion));
        Set(newer, "b", "1");
        Throws(KvError.NewerSchema, () => Set(older, "c", "1"));
        Assert.Equal(["a", "b"], Keys(newer));
    }

    [Fact]
    public void Many_storages_that_make_one_file_at_once_agree()
    {
        KvStorage[] storages = Enumerable.Range(0, 8).Select(_ => Open()).ToArray();
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i => Set(storages[i], $"key{i}", "value"));
        Assert.All(storages, storage => Assert.Equal(8, Keys(storage).Length));
    }

    [Theory]
    [InlineData("CREATE TABLE theirs (x)")]
    [InlineData("PRAGMA application_id = 42")]
    [InlineData("PRAGMA user_version = 1")]
    public void A_database_of_another_program_is_refused_and_left_as_it_is(string sql)
    {
        Execute(sql);
        byte[] before = File.ReadAllBytes(Database);
        KvStorage storage = Open();
        KvException error = Throws(KvError.ForeignDatabase, () => Get(storage, "key"));
        Assert.Contains(Database, error.Message, StringComparison.Ordinal);
        Throws(KvError.ForeignDatabase, () => Set(storage, "key", "value"));
        Close();
        Assert.Equal(before, File.ReadAllBytes(Database));
    }

    [Fact]
    public void A_file_that_is_no_database_is_refused_and_left_as_it_is()
    {
        var noise = new byte[10_000];
        new Random(Seed: 1).NextBytes(noise);
        foreach (byte[] contents in new[] { noise, "Dear diary,"u8.ToArray(), new byte[4096] })
        {
            File.WriteAllBytes(Database, contents);
            KvStorage storage = Open();
            Throws(KvError.ForeignDatabase, () => Get(storage, "key"));
            Throws(KvError.ForeignDatabase, () => Set(storage, "key", "value"));
            Close();
            Assert.Equal(contents, File.ReadAllBytes(Database));
        }
    }

    [Fact]
    public void A_folder_is_no_database()
    {
        // A folder within the test's own, as a storage keeps files beside what it takes for its database.
        string folder = Path.Combine(Folder, "folder");
        Directory.CreateDirectory(folder);
        KvStorage storage = Open(database: folder);
        Throws(KvError.StorageUnavailable, () => Get(storage, "key"));
        Throws(KvError.StorageUnavailable, () => Set(storage, "key", "value"));
    }

    private KvStorage OpenWith(Schema schema) => CheckedStorage.Wrap(new SqliteStorage(Database, SqliteSettings.Default, baseFolder: null, schema));
}
