// `dotnet test` is the one test command: every Pester `It` is a row here, shown as passed only if Pester said so.
namespace KvStore.PowerShell.Tests;

/// <summary>The Pester files, case by case.</summary>
/// <param name="runs">Runs each file once.</param>
public sealed class PesterTests(PesterRuns runs) : IClassFixture<PesterRuns>
{
    private static readonly Dictionary<string, PesterFile> Files = PesterFile.FindAll().ToDictionary(file => file.Name);

    /// <summary>The names of the files.</summary>
    public static IEnumerable<TheoryDataRow<string>> FileRows() =>
        Files.Values.Select(file => new TheoryDataRow<string>(file.Name) { TestDisplayName = $"{file.Name} (the file as a whole)" });

    /// <summary>Each file and title.</summary>
    public static IEnumerable<TheoryDataRow<string, string>> CaseRows() =>
        from file in Files.Values
        from title in file.Titles.Distinct(StringComparer.Ordinal)
        select new TheoryDataRow<string, string>(file.Name, title) { TestDisplayName = $"{file.Name}: {title}" };

    [Theory]
    [MemberData(nameof(FileRows))]
    public void Each_result_of_a_file_belongs_to_one_title_of_its_text(string fileName)
    {
        PesterFile file = Files[fileName];
        PesterReport report = GetReport(file);
        Assert.True(report.Error is null, report.Error);
        string[] repeated = [.. file.Titles.GroupBy(title => title, StringComparer.Ordinal).Where(group => group.Count() > 1).Select(group => group.Key)];
        Assert.True(repeated.Length == 0, $"Titles must be unique in a file: {string.Join("; ", repeated)}");
        string[] unknown = [.. report.Results.Select(result => result.Title).Except(file.Titles, StringComparer.Ordinal)];
        Assert.True(unknown.Length == 0, $"Titles must be literal text in single quotes, behind It on one line: {string.Join("; ", unknown)}");
    }

    [Theory]
    [MemberData(nameof(CaseRows))]
    public void It(string fileName, string title)
    {
        PesterReport report = GetReport(Files[fileName]);
        PesterResult[] results = [.. report.Results.Where(result => result.Title == title)];
        Assert.True(results.Length > 0, $"Pester reported no result for this title. {report.Error}");

        string failures = string.Join("\n\n", results.Where(result => result.Outcome is not ("Passed" or "Skipped")).Select(result => $"{result.Case}: {result.Outcome}\n{result.Message}"));
        Assert.True(failures.Length == 0, failures);

        // A case that was skipped is shown, even where its neighbours passed.
        if (results.FirstOrDefault(result => result.Outcome == "Skipped") is { } skipped)
        {
            Assert.Skip(skipped.Message is { Length: > 0 } reason ? reason : "Skipped in the Pester file, without a reason.");
        }
    }

    private PesterReport GetReport(PesterFile file)
    {
        PesterReport report = runs.GetReport(file);
        Assert.SkipWhen(report.SkipReason is not null, report.SkipReason ?? "");
        return report;
    }
}
