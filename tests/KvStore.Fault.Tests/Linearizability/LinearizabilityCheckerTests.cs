// A checker that accepts everything would pass every storage: here it must reject what is known to be wrong.
using static KvStore.Storage.Probe.HistoryOperation;
using static KvStore.Storage.Probe.HistoryOutcome;

namespace KvStore.Fault.Tests;

public sealed class LinearizabilityCheckerTests
{
    private static readonly Dictionary<string, HistoryEvent[]> Good = new()
    {
        ["one after the other"] = [At(1, 2, Set, argument: "a", version: 1), At(3, 4, Get, value: "a", version: 1), At(5, 6, Delete), At(7, 8, Get), At(9, 10, Set, argument: "b", version: 1)],
        ["a read beside a write sees the old"] = [At(1, 2, Set, argument: "a", version: 1), At(3, 10, Set, argument: "b", version: 2), At(4, 5, Get, value: "a", version: 1)],
        ["a read beside a write sees the new"] = [At(1, 2, Set, argument: "a", version: 1), At(3, 10, Set, argument: "b", version: 2), At(4, 5, Get, value: "b", version: 2)],
        ["a call at the moment of a return"] = [At(1, 2, Set, argument: "a", version: 1), At(2, 3, Get)],
        ["the order of two sets is not that of their calls"] = [At(1, 9, Set, argument: "a", version: 2), At(2, 8, Set, argument: "b", version: 1), At(10, 11, Get, value: "a", version: 2)],
        ["one of two conditions is refused"] = [At(1, 5, SetIf, argument: "a", version: 1), At(2, 6, SetIf, Refused, argument: "b", value: "a", version: 1)],
        ["an unknown write that was made"] = [At(1, HistoryEvent.Never, Set, Unknown, argument: "a"), At(2, 3, Get), At(8, 9, Get, value: "a", version: 1)],
        ["an unknown write that was not"] = [At(1, HistoryEvent.Never, Set, Unknown, argument: "a"), At(8, 9, Get), At(10, 11, Set, argument: "b", version: 1)],
        ["an unknown condition that did not hold"] = [At(1, 2, Set, argument: "a", version: 1), At(3, HistoryEvent.Never, SetIf, Unknown, argument: "b", expected: 7), At(8, 9, Get, value: "a", version: 1)],
    };

    private static readonly Dictionary<string, HistoryEvent[]> Bad = new()
    {
        ["a stale read"] = [At(1, 2, Set, argument: "a", version: 1), At(3, 4, Set, argument: "b", version: 2), At(5, 6, Get, value: "a", version: 1)],
        ["a stale read of nothing"] = [At(1, 2, Set, argument: "a", version: 1), At(5, 6, Get)],
        ["reads that go back"] = [At(1, 20, Set, argument: "a", version: 1), At(2, 3, Get, value: "a", version: 1), At(4, 5, Get)],
        ["a lost update"] = [At(1, 2, Set, argument: "0", version: 1), At(3, 8, SetIf, argument: "a", expected: 1, version: 2), At(4, 9, SetIf, argument: "b", expected: 1, version: 2)],
        ["a lost write"] = [At(1, 2, Set, argument: "a", version: 1), At(3, 4, Set, argument: "b", version: 1)],
        ["a value from nowhere"] = [At(1, 2, Get, value: "x", version: 1)],
        ["a value of another version"] = [At(1, 2, Set, argument: "a", version: 1), At(3, 4, Set, argument: "b", version: 2), At(5, 6, Get, value: "a", version: 2)],
        ["a condition refused though it held"] = [At(1, 2, Set, argument: "a", version: 1), At(3, 4, SetIf, Refused, argument: "b", expected: 1, value: "a", version: 1)],
        ["a refusal that tells of an item long gone"] = [At(1, 2, Set, argument: "a", version: 1), At(3, 4, Set, argument: "b", version: 2), At(5, 6, SetIf, Refused, argument: "c", value: "a", version: 1)],
        ["a deleted item that comes back"] = [At(1, 2, Set, argument: "a", version: 1), At(3, 4, Delete), At(5, 6, Get, value: "a", version: 1)],
        ["an unknown write that is undone"] = [At(1, HistoryEvent.Never, Set, Unknown, argument: "a"), At(2, 3, Get, value: "a", version: 1), At(4, 5, Get)],
        ["an unknown write before its call"] = [At(5, HistoryEvent.Never, Set, Unknown, argument: "a"), At(2, 3, Get, value: "a", version: 1)],
    };

    public static TheoryData<string> GoodNames => [.. Good.Keys];

    public static TheoryData<string> BadNames => [.. Bad.Keys];

    [Theory]
    [MemberData(nameof(GoodNames))]
    public void A_history_that_one_copy_could_have_made_is_accepted(string name) => Assert.Null(LinearizabilityChecker.FindViolation(Good[name]));

    [Theory]
    [MemberData(nameof(BadNames))]
    public void A_history_that_no_single_copy_could_have_made_is_rejected(string name) => Assert.NotNull(LinearizabilityChecker.FindViolation(Bad[name]));

    [Fact]
    public void Keys_are_independent_and_the_one_that_is_wrong_is_named()
    {
        HistoryEvent[] history = [At(1, 2, Set, argument: "a", version: 1), At(3, 4, Set, argument: "b", version: 1) with { Key = "other" }, At(5, 6, Get) with { Key = "other" }];
        Assert.Contains("Key other", LinearizabilityChecker.FindViolation(history), StringComparison.Ordinal);
    }

    [Fact]
    public void One_wrong_answer_in_a_long_history_of_many_clients_is_found_and_shown()
    {
        Random random = FaultRun.NewRandom();
        for (int round = 0; round < 50; round++)
        {
            HistoryEvent[] history = MakeHistory(random);
            Assert.Null(LinearizabilityChecker.FindViolation(history));

            // The value that some read gave is now that of two writes before.
            int[] reads = [.. Enumerable.Range(0, history.Length).Where(i => history[i] is { Operation: Get, Version: > 10 })];
            int wrong = reads[random.Next(reads.Length)];
            history[wrong] = history[wrong] with { Version = history[wrong].Version - 9, Value = $"{history[wrong].Version - 9}" };
            Assert.Contains($"> {history[wrong]}", LinearizabilityChecker.FindViolation(history), StringComparison.Ordinal);
        }
    }

    // Eight clients whose operations overlap: each takes effect at a moment between its call and its return.
    private static HistoryEvent[] MakeHistory(Random random)
    {
        var history = new List<HistoryEvent>();
        long version = 0;
        for (int moment = 100; moment < 40_000; moment += 100)
        {
            (int start, int end) = (moment - random.Next(400), moment + random.Next(400));
            history.Add(random.Next(2) == 0
                ? At(start, end, Set, argument: $"{++version}", version: version)
                : At(start, end, Get, value: version == 0 ? "" : $"{version}", version: version));
        }

        return [.. history];
    }

    private static HistoryEvent At(
        long start, long end, HistoryOperation operation, HistoryOutcome outcome = Done, string argument = "", long expected = 0, string value = "", long version = 0) =>
        new() { Start = start, End = end, Operation = operation, Outcome = outcome, Argument = argument, Expected = expected, Value = value, Version = version };
}
