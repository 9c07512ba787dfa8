// A check that finds nothing is worth what it would have found: each kind of fault is planted once.
namespace KvStore.Fault.Tests;

public sealed class WatchCheckerTests
{
    // As three writers may tell them, one after the other.
    private static readonly string[] Written = ["1 a x", "1 b x", "4 a x", "2 a y", "3 b ", "10 c y"];

    private static readonly string[] InOrder = ["1 a x", "1 b x", "2 a y", "3 b ", "4 a x", "10 c y"];

    [Fact]
    public void Each_change_once_in_order_is_right() => Assert.Null(WatchChecker.FindViolation(Written, InOrder));

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(5)]
    public void A_lost_change_is_found_out(int lost) =>
        Assert.StartsWith($"'{InOrder[lost]}' was lost", WatchChecker.FindViolation(Written, [.. InOrder[..lost], .. InOrder[(lost + 1)..]]), StringComparison.Ordinal);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(2, 4)]
    [InlineData(5, 6)]
    public void A_doubled_change_is_found_out(int doubled, int at) =>
        Assert.Equal($"'{InOrder[doubled]}' was seen twice.", WatchChecker.FindViolation(Written, [.. InOrder[..at], InOrder[doubled], .. InOrder[at..]]));

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(4)]
    public void Changes_in_a_wrong_order_are_found_out(int at) =>
        Assert.Equal(
            $"'{InOrder[at + 1]}' was seen before '{InOrder[at]}'.",
            WatchChecker.FindViolation(Written, [.. InOrder[..at], InOrder[at + 1], InOrder[at], .. InOrder[(at + 2)..]]));

    [Theory]
    [InlineData("2 a z")]
    [InlineData("5 a y")]
    public void A_change_that_nobody_made_is_found_out(string invented) =>
        Assert.Equal($"'{invented}' was seen, and nobody wrote it.", WatchChecker.FindViolation(Written, [.. InOrder[..2], invented, .. InOrder[3..]]));
}
