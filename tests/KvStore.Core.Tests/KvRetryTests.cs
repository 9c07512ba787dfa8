// A repeat happens only where it is safe, and not for ever.
namespace KvStore.Core.Tests;

public sealed class KvRetryTests
{
    private static readonly KvException Passing = new(KvError.StorageUnavailable, "gone for a moment") { IsRepeatable = true };

    [Fact]
    public void A_repeatable_error_is_tried_again_until_the_call_succeeds()
    {
        int calls = 0;
        Assert.Equal(3, new KvRetry(TimeSpan.FromSeconds(30)).Run(() => ++calls < 3 ? throw Passing : calls, default));
    }

    [Fact]
    public void Any_other_error_is_thrown_at_once()
    {
        int calls = 0;
        Assert.Throws<KvException>(() => new KvRetry(TimeSpan.FromSeconds(30)).Run<int>(() => throw new KvException(KvError.StorageUnavailable, $"unknown outcome {++calls}"), default));
        Assert.Equal(1, calls);
    }

    [Fact]
    public void The_last_error_is_thrown_when_the_bound_is_over()
    {
        int calls = 0;
        KvException e = Assert.Throws<KvException>(() => new KvRetry(TimeSpan.FromMilliseconds(200)).Run<int>(
            () =>
            {
                calls++;
                throw Passing;
            },
            default));
        Assert.Same(Passing, e);
        Assert.InRange(calls, 2, 10);
    }

    [Fact]
    public void Cancelling_ends_a_pause()
    {
        using var stopping = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => new KvRetry(TimeSpan.FromMinutes(5)).Run<int>(
            () =>
            {
                stopping.Cancel();
                throw Passing;
            },
            stopping.Token));
    }
}
