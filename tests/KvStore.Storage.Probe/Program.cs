// Another process on the same database: what tests of sharing, of killed writers and of stalls start, several at a time.
using System.Diagnostics;
using System.Globalization;
using KvStore;
using KvStore.Storage.Etcd;
using KvStore.Storage.MySql;
using KvStore.Storage.PostgreSql;
using KvStore.Storage.Probe;
using KvStore.Storage.Sqlite;

const string Store = "shared";
const int BatchSize = 20;

string command = args[0];
string database = args[1];
string name = args[2];
int count = int.Parse(args[3], CultureInfo.InvariantCulture);
int seed = int.Parse(args[4], CultureInfo.InvariantCulture);
if (command.EndsWith("-warm", StringComparison.Ordinal))
{
    WarmUp();
}

KvStorage storage = Open(database);

// The processes begin together, so that they are in each other's way from the first moment.
Tell("ready");
Console.In.ReadLine();
switch (command)
{
    case "write" or "write-warm":
        WriteItems();
        break;
    case "batches" or "batches-warm":
        WriteBatches(batchesAnOpening: int.MaxValue, Commit);
        break;
    case "batches-closing":
        WriteBatches(batchesAnOpening: 8, Commit);
        break;
    case "batches-early":
        // A planted fault: what is not yet written is acknowledged.
        WriteBatches(batchesAnOpening: int.MaxValue, batch => TimeSpan.Zero, later: batch => Commit(batch));
        break;
    case "batches-torn":
        // A planted fault: what should be one commit is two.
        WriteBatches(batchesAnOpening: int.MaxValue, CommitInHalves);
        break;
    case "read-batches":
        ReadBatches();
        break;
    case "changes":
        MakeChanges();
        break;
    case "increment":
        Increment();
        break;
    case "history":
        MakeHistory();
        break;
    case "watch":
        Watch();
        break;
    default:
        throw new ArgumentException($"Unknown command '{command}'.");
}

storage.Dispose();

static void Tell(string line)
{
    Console.Out.WriteLine(line);
    Console.Out.Flush();
}

static KvStorage Open(string database) => CheckedStorage.Wrap(StorageUrl.GetScheme(database) switch
{
    "postgresql" => new PostgreSqlStorage(database),
    "mysql" => new MySqlStorage(database),
    "etcd" => new EtcdStorage(database),
    _ => new SqliteStorage(database),
});

// Lets the compiler finish its work on a database of this process alone: what is measured then is waiting, not compiling.
void WarmUp()
{
    string scratch = $"{database}-{name}-scratch";
    using (KvStorage alone = Open(scratch))
    {
        var watch = Stopwatch.StartNew();
        for (int i = 0; watch.ElapsedMilliseconds < 2500; i++)
        {
            alone.Commit("scratch", MakeBatch(round: i), CancellationToken.None);
        }
    }

    File.Delete(scratch);
    File.Delete(scratch + "-lock");
    File.Delete(scratch + "-turn");
}

// Items one by one; tells the longest that a write took, in milliseconds.
void WriteItems()
{
    TimeSpan longest = TimeSpan.Zero;
    for (int i = 0; i < count; i++)
    {
        longest = Max(longest, Commit(new KvBatch().Set($"{name}/{i:D5}", $"value {i}")));
    }

    Tell($"{longest.TotalMilliseconds:0}");
}

// Batches of twenty items that all carry the batch's number; tells each that is acknowledged, and when it is about to close
// the storage and open it anew, which brings the log home; tells the longest that a batch took at the end.
void WriteBatches(int batchesAnOpening, Func<KvBatch, TimeSpan> commit, Action<KvBatch>? later = null)
{
    TimeSpan longest = TimeSpan.Zero;
    for (int round = 1; round <= count; round++)
    {
        KvBatch batch = MakeBatch(round);
        longest = Max(longest, commit(batch));
        Tell($"{round}");
        later?.Invoke(batch);
        if (round % batchesAnOpening == 0)
        {
            Tell("closing");
            storage.Dispose();
            storage = Open(database);
        }
    }

    Tell($"longest {longest.TotalMilliseconds:0}");
}

KvBatch MakeBatch(int round)
{
    var batch = new KvBatch();
    for (int i = 0; i < BatchSize; i++)
    {
        batch.Set($"{name}/{i:D2}", $"{round} {new string('x', 200)}");
    }

    return batch;
}

TimeSpan Commit(KvBatch batch)
{
    long started = Stopwatch.GetTimestamp();
    storage.Commit(Store, batch, CancellationToken.None);
    return Stopwatch.GetElapsedTime(started);
}

TimeSpan CommitInHalves(KvBatch batch)
{
    TimeSpan longest = TimeSpan.Zero;
    foreach (KvSet[] half in batch.Sets.Chunk(BatchSize / 2))
    {
        var part = new KvBatch();
        Array.ForEach(half, set => part.Set(set.FullKey, set.Value));
        longest = Max(longest, Commit(part));
    }

    return longest;
}

static TimeSpan Max(TimeSpan x, TimeSpan y) => x > y ? x : y;

// Reads what the writers of one name write, until its input ends: nothing, or all items of one commit.
void ReadBatches()
{
    Task stopped = Task.Run(Console.In.ReadToEnd);
    int seen = 0;
    while (!stopped.IsCompleted)
    {
        KvItem[] items = storage.Scan(Store, KvRange.Beneath(name), CancellationToken.None).ToArray();
        if (items.Length is not (0 or BatchSize) || items.Select(item => item.ModRevision).Distinct().Count() > 1)
        {
            throw new InvalidOperationException($"Half a batch was seen: {string.Join(", ", items.Select(item => $"{item.Key} of revision {item.ModRevision}"))}");
        }

        seen += Math.Sign(items.Length);

        // Writers want the processor too.
        Thread.Sleep(1);
    }

    Tell($"{seen}");
}

// Commits of one to ten changes, to keys that all writers share and to one of its own, which every second commit deletes;
// tells each change as a watch does.
void MakeChanges()
{
    for (int i = 0; i < count; i++)
    {
        var batch = new KvBatch();
        for (int n = 0; n < i % 10; n++)
        {
            batch.Set($"{n}", $"{name}.{i}");
        }

        _ = i % 2 == 0 ? batch.Set(name, $"{i}") : batch.Delete(name);
        long revision = storage.Commit(Store, batch, CancellationToken.None).Revision!.Value;
        foreach ((string fullKey, string value) in batch.Sets.Select(set => (set.FullKey, set.Value)).Concat(batch.Deletes.Select(deleted => (deleted, ""))))
        {
            Tell($"{revision} {fullKey} {value}");
        }
    }
}

// Tells the changes that it sees, until it has seen a number of them; its name is the revision it begins from, or "-".
void Watch()
{
    long? from = long.TryParse(name, CultureInfo.InvariantCulture, out long revision) ? revision : null;
    IEnumerable<KvChange> watch = storage.Watch(Store, "", from, CancellationToken.None);
    Tell("watching");
    foreach (KvChange change in watch.Take(count))
    {
        Tell($"{change.Revision} {change.FullKey} {change.Value}");
    }
}

void Increment()
{
    for (int i = 0; i < count; i++)
    {
        KvCommit outcome;
        do
        {
            KvItem? item = storage.Get(Store, name, CancellationToken.None);
            var batch = new KvBatch().Set(name, $"{int.Parse(item?.Value ?? "0", CultureInfo.InvariantCulture) + 1}");
            outcome = storage.Commit(Store, item is null ? batch.RequireAbsent(name) : batch.RequireVersion(name, item.VersionNumber), CancellationToken.None);
        }
        while (!outcome.Succeeded);
    }
}

// Two clients share the storage of this process, as runspaces do.
void MakeHistory()
{
    const int Clients = 2;
    var histories = new IReadOnlyList<HistoryEvent>[Clients];
    Thread[] threads = [.. Enumerable.Range(0, Clients).Select(i => new Thread(() => histories[i] = new HistoryClient(storage, $"{name}.{i}", (seed * Clients) + i).Run(count)))];
    Array.ForEach(threads, thread => thread.Start());
    Array.ForEach(threads, thread => thread.Join());
    foreach (HistoryEvent done in histories.SelectMany(history => history))
    {
        Tell(done.ToString());
    }
}
