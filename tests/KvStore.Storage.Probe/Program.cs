// Another process on the same database: what tests of sharing, of killed writers and of stalls start, several at a time.
using System.Diagnostics;
using KvStore;
using KvStore.Storage.MySql;
using KvStore.Storage.PostgreSql;
using KvStore.Storage.Sqlite;

string command = args[0];
string database = args[1];
string name = args[2];
int count = int.Parse(args[3]);
if (command == "write-warm")
{
    WarmUp();
}

using KvStorage storage = CheckedStorage.Wrap(Open());

// The writers begin together, so that they are in each other's way from their first write.
Console.Out.WriteLine("ready");
Console.Out.Flush();
Console.In.ReadLine();
switch (command)
{
    case "write":
    case "write-warm":
        WriteItems();
        break;
    case "batches":
        WriteBatches();
        break;
    case "increment":
        Increment();
        break;
    case "watch":
        Watch();
        break;
    default:
        throw new ArgumentException($"Unknown command '{command}'.");
}

KvStorage Open() => StorageUrl.GetScheme(database) switch
{
    "postgresql" => new PostgreSqlStorage(database),
    "mysql" => new MySqlStorage(database),
    _ => new SqliteStorage(database),
};

// Lets the compiler finish its work on a database of this process alone: what is measured then is waiting, not compiling.
void WarmUp()
{
    string scratch = $"{database}-{name}-scratch";
    using (KvStorage alone = CheckedStorage.Wrap(new SqliteStorage(scratch)))
    {
        var watch = Stopwatch.StartNew();
        for (int i = 0; watch.ElapsedMilliseconds < 2500; i++)
        {
            alone.Commit("scratch", new KvBatch().Set($"{i % 1000}", $"value {i}"), CancellationToken.None);
        }
    }

    File.Delete(scratch);
    File.Delete(scratch + "-lock");
}

// Items one by one; tells the longest that a write took, in milliseconds.
void WriteItems()
{
    TimeSpan longest = TimeSpan.Zero;
    for (int i = 0; i < count; i++)
    {
        long started = Stopwatch.GetTimestamp();
        storage.Commit("shared", new KvBatch().Set($"{name}/{i:D5}", $"value {i}"), CancellationToken.None);
        TimeSpan took = Stopwatch.GetElapsedTime(started);
        longest = took > longest ? took : longest;
    }

    Console.Out.WriteLine($"{longest.TotalMilliseconds:0}");
}

// Batches of twenty items that all carry the batch's number; tells each that is acknowledged, and goes on until it is killed.
void WriteBatches()
{
    for (int round = 1; round <= count; round++)
    {
        var batch = new KvBatch();
        for (int i = 0; i < 20; i++)
        {
            batch.Set($"{name}/{i:D2}", $"{round} {new string('x', 200)}");
        }

        storage.Commit("shared", batch, CancellationToken.None);
        Console.Out.WriteLine($"{round}");
        Console.Out.Flush();
    }
}

// Tells the changes that it sees, until it has seen a number of them.
void Watch()
{
    IEnumerable<KvChange> watch = storage.Watch("shared", "", fromRevision: null, CancellationToken.None);
    Console.Out.WriteLine("watching");
    Console.Out.Flush();
    foreach (KvChange change in watch.Take(count))
    {
        Console.Out.WriteLine($"{change.Revision} {change.FullKey} {change.Value}");
        Console.Out.Flush();
    }
}

void Increment()
{
    for (int i = 0; i < count; i++)
    {
        KvCommit outcome;
        do
        {
            KvItem? item = storage.Get("shared", name, CancellationToken.None);
            var batch = new KvBatch().Set(name, $"{int.Parse(item?.Value ?? "0") + 1}");
            outcome = storage.Commit("shared", item is null ? batch.RequireAbsent(name) : batch.RequireVersion(name, item.VersionNumber), CancellationToken.None);
        }
        while (!outcome.Succeeded);
    }
}
