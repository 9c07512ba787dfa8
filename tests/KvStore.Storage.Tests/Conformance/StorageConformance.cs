// One class runs the whole suite; each storage inherits it, so that none can have cases of its own or leave one out.
using KvStore.Conformance;
using Xunit;

namespace KvStore.Storage.Tests;

/// <summary>The conformance suite over one storage.</summary>
public abstract class StorageConformance<TFixture>(TFixture fixture) : IClassFixture<TFixture>
    where TFixture : StorageFixture
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
}
