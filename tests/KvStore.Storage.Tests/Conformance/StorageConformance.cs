// One class runs the whole suite; each storage inherits it, so that none can have cases of its own or leave one out.
using KvStore.Conformance;
using Xunit;

namespace KvStore.Storage.Tests;

/// <summary>The conformance suite over one storage.</summary>
public abstract class StorageConformance<TFixture>(TFixture fixture) : IClassFixture<TFixture>
    where TFixture : StorageFixture, new()
{
    public static IEnumerable<TheoryDataRow<string>> Cases => ConformanceSuite.Cases.Select(conformanceCase =>
        new TheoryDataRow<string>(conformanceCase.ToString()) { TestDisplayName = $"{typeof(TFixture).Name.Replace("Fixture", "", StringComparison.Ordinal)} × {conformanceCase}" });

    [Theory]
    [MemberData(nameof(Cases))]
    public void Conforms(string name)
    {
        Assert.SkipWhen(fixture.WhySkipped is not null, fixture.WhySkipped ?? "");
        ConformanceCase conformanceCase = ConformanceSuite.Cases.Single(candidate => candidate.ToString() == name);
        if (conformanceCase.WhyNotApplicable(fixture.Storage) is { } reason)
        {
            Assert.Skip(reason);
        }

        conformanceCase.Run(fixture.Storage, TestContext.Current.CancellationToken);
    }

    /// <summary>Not a case of the suite, which a user runs on a storage that is to stay open.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_closed_storage_says_so(bool wasUsed)
    {
        Assert.SkipWhen(fixture.WhySkipped is not null, fixture.WhySkipped ?? "");
        Assert.SkipWhen(fixture is MemoryFixture or MinimalFixture, "What lies in memory alone has nothing to close.");
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        using var closed = new TFixture();
        KvStorage storage = closed.Storage;
        if (wasUsed)
        {
            storage.Commit("myKV", new KvBatch().Set("key", "value"), cancellation);
        }

        storage.Dispose();
        List<Action> calls =
        [
            () => storage.Get("myKV", "key", cancellation),
            () => storage.Commit("myKV", new KvBatch().Set("key", "value"), cancellation),
            () => storage.Scan("myKV", KvRange.All, cancellation).Count(),
            () => storage.GetChildren("myKV", KvPath.Root, cancellation).Count(),
            () => storage.RemoveStore("myKV", cancellation),
        ];
        if (storage.Capabilities.HasFlag(KvCapabilities.Loading))
        {
            calls.Add(() => storage.Load([new KvStoreEntry("myKV")], KvLoadMode.Merge, cancellation));
        }

        Assert.All(calls.Select(Assert.Throws<KvException>), error =>
        {
            Assert.Equal(KvError.StorageUnavailable, error.Error);
            Assert.Contains("was closed", error.Message, StringComparison.Ordinal);
        });
    }
}
