// A client of a history: it reads, sets and sets by condition at random, and writes down what it saw and when.
using System.Diagnostics;

namespace KvStore.Storage.Probe;

/// <summary>Does operations on a few keys, one after the other.</summary>
internal sealed class HistoryClient(KvStorage storage, string name, int seed)
{
    private const string Store = "history";
    private const int Keys = 4;

    private readonly Random _random = new(seed);
    private readonly Dictionary<string, long> _seen = [];

    /// <summary>Does a number of operations.</summary>
    /// <returns>What it did, but for what is known to have had no effect.</returns>
    public IReadOnlyList<HistoryEvent> Run(int count)
    {
        var events = new List<HistoryEvent>();
        for (int i = 0; i < count; i++)
        {
            string key = $"k{_random.Next(Keys)}";
            HistoryEvent planned = Plan(key, $"{name}-{i}");
            try
            {
                HistoryEvent done = Do(planned) with { End = Stopwatch.GetTimestamp() };
                _seen[key] = done.Version;
                events.Add(done);
            }
            catch (KvException e) when (e.MayBeApplied)
            {
                events.Add(planned with { Outcome = HistoryOutcome.Unknown, End = HistoryEvent.Never });
            }
            catch (KvException e) when (e.Error is KvError.StorageUnavailable or KvError.StorageBusy)
            {
                // A read, or a write that was not made: there is nothing to tell.
            }
        }

        return events;
    }

    private HistoryEvent Plan(string key, string value)
    {
        HistoryOperation operation = _random.Next(100) switch
        {
            < 40 => HistoryOperation.Get,
            < 65 => HistoryOperation.Set,
            < 92 => HistoryOperation.SetIf,
            _ => HistoryOperation.Delete,
        };
        return new HistoryEvent
        {
            Start = Stopwatch.GetTimestamp(),
            End = HistoryEvent.Never,
            Client = name,
            Key = key,
            Operation = operation,
            Argument = operation is HistoryOperation.Set or HistoryOperation.SetIf ? value : "",
            Expected = operation == HistoryOperation.SetIf ? _seen.GetValueOrDefault(key) : 0,
        };
    }

    private HistoryEvent Do(HistoryEvent planned)
    {
        var batch = new KvBatch();
        switch (planned.Operation)
        {
            case HistoryOperation.Get:
                KvItem? item = storage.Get(Store, planned.Key, CancellationToken.None);
                return planned with { Version = item?.VersionNumber ?? 0, Value = item?.Value ?? "" };
            case HistoryOperation.Delete:
                storage.Commit(Store, batch.Delete(planned.Key), CancellationToken.None);
                return planned;
            case HistoryOperation.SetIf when planned.Expected == 0:
                batch.RequireAbsent(planned.Key);
                break;
            case HistoryOperation.SetIf:
                batch.RequireVersion(planned.Key, planned.Expected);
                break;
        }

        KvCommit commit = storage.Commit(Store, batch.Set(planned.Key, planned.Argument), CancellationToken.None);
        return commit.Succeeded
            ? planned with { Version = commit.Items[0].VersionNumber }
            : planned with { Outcome = HistoryOutcome.Refused, Version = commit.Current?.VersionNumber ?? 0, Value = commit.Current?.Value ?? "" };
    }
}
