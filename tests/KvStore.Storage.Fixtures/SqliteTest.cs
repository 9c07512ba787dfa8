// What the tests of a database file share: a folder, storages on the file, and a look at it without the storage.
using System.Diagnostics;
using KvStore.Storage.Sqlite;
using Xunit;

namespace KvStore.Storage.Fixtures;

/// <summary>Tests of a storage in a file.</summary>
public abstract class SqliteTest : IDisposable
{
    protected const string Store = "store";

    private readonly TemporaryFolder _folder = new();
    private readonly List<KvStorage> _storages = [];

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected string Folder => _folder.Path;

    protected string Database => _folder["kv.db"];

    public virtual void Dispose()
    {
        Close();
        _folder.Dispose();
    }

    protected KvStorage Open(double timeout = 30, string? database = null)
    {
        KvStorage storage = CheckedStorage.Wrap(new SqliteStorage(database ?? Database, timeout: timeout));
        _storages.Add(storage);
        return storage;
    }

    /// <summary>Closes all storages.</summary>
    protected void Close()
    {
        _storages.ForEach(storage => storage.Dispose());
        _storages.Clear();
    }

    protected static void Set(KvStorage storage, string fullKey, string value) =>
        storage.Commit(Store, new KvBatch().Set(fullKey, value), Token);

    protected static string? Get(KvStorage storage, string fullKey) => storage.Get(Store, fullKey, Token)?.Value;

    protected static string[] Keys(KvStorage storage) => storage.Scan(Store, KvRange.All, Token).Select(item => item.FullKey).ToArray();

    /// <summary>Makes a database with some items, and closes it.</summary>
    protected void Make(int items = 3)
    {
        var batch = new KvBatch();
        for (int i = 0; i < items; i++)
        {
            batch.Set($"key{i:D4}", $"value-of-{i:D4}");
        }

        Open().Commit(Store, batch, Token);
        Close();
    }

    /// <summary>Makes another database, with an item "other", and closes it.</summary>
    protected string MakeOther()
    {
        string other = _folder["other.db"];
        Set(Open(database: other), "other", "value");
        Close();
        return other;
    }

    /// <summary>Lays another database in the place of the one that is open, as a careless restore does.</summary>
    protected void Replace(string other)
    {
        File.Delete(Database + "-wal");
        File.Delete(Database + "-shm");
        File.Move(other, Database, overwrite: true);
    }

    /// <summary>Runs SQL on the file as any program could.</summary>
    protected void Execute(string sql, string? database = null)
    {
        string file = database ?? Database;
        if (!File.Exists(file))
        {
            File.Create(file).Dispose();
        }

        using Connection connection = Connection.Open(file, ConnectionUse.Writing, SqliteSettings.Default);
        connection.Execute(sql);
        connection.CheckpointOnClose();
    }

    /// <summary>Asks the file for a number, as any program could.</summary>
    protected long QueryNumber(string sql) => QueryNumber(sql, Database);

    /// <summary>Asks a file for a number, as any program could.</summary>
    protected static long QueryNumber(string sql, string database) => long.Parse(QueryTexts(sql, database).Single(), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Asks a file for the first column of some rows, as any program could.</summary>
    protected static IEnumerable<string> QueryTexts(string sql, string database)
    {
        using Connection connection = Connection.Open(database, ConnectionUse.Reading, SqliteSettings.Default);
        using Statement rows = connection.Prepare(sql);
        while (rows.Step())
        {
            yield return rows.GetText(0);
        }
    }

    /// <summary>Whether SQLite finds nothing wrong with a file.</summary>
    protected static bool PassesCheck(string file)
    {
        try
        {
            return QueryNumber("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'", file) == 0;
        }
        catch (KvException)
        {
            return false;
        }
    }

    protected static UnixFileMode ModeOf(string path) => OperatingSystem.IsWindows() ? UnixFileMode.None : File.GetUnixFileMode(path);

    protected static KvException Throws(KvError error, Action action)
    {
        KvException thrown = Assert.Throws<KvException>(action);
        Assert.True(error == thrown.Error, $"Expected {error}, found {thrown.Error}: {thrown.Message}");
        return thrown;
    }
}
