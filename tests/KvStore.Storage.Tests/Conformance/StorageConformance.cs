// One class runs the whole suite; each storage inherits it, so that none can have cases of its own or leave one out.
using KvStore.Conformance;
using Xunit;

namespace KvStore.Storage.Tests;

/// <summary>A storage under test, open for all cases of its class.</summary>
public abstract class StorageFixture : IDisposable
{
    /// <summary>Why the storage cannot be tested here; null if it can.</summary>
    public virtual string? WhySkipped => null;

    /// <summary>The storage; not asked for where the tests are skipped.</summary>
    public abstract KvStorage Storage { get; }

    /// <inheritdoc/>
    public virtual void Dispose() => Storage.Dispose();
}

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
