// The few assertions that the cases need, without a test framework: the suite ships with the module.
namespace KvStore.Conformance;

/// <summary>Assertions that say what was expected and what was found.</summary>
internal static class Expect
{
    public static void Equal<T>(T expected, T actual, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            throw new ConformanceException($"{what}: expected {Show(expected)}, found {Show(actual)}.");
        }
    }

    public static void True(bool condition, string what)
    {
        if (!condition)
        {
            throw new ConformanceException($"Expected, but not found: {what}.");
        }
    }

    public static T NotNull<T>(T? value, string what)
        where T : class => value ?? throw new ConformanceException($"{what}: expected, but nothing was found.");

    public static void Null(object? value, string what)
    {
        if (value is not null)
        {
            throw new ConformanceException($"{what}: expected nothing, found {Show(value)}.");
        }
    }

    public static void Sequence(IEnumerable<string> expected, IEnumerable<string> actual, string what)
    {
        string[] wanted = expected.ToArray();
        string[] found = actual.ToArray();
        if (!wanted.SequenceEqual(found, StringComparer.Ordinal))
        {
            throw new ConformanceException($"{what}: expected {Show(wanted)}, found {Show(found)}.");
        }
    }

    /// <summary>The action must fail with this error, whose message must be there for people.</summary>
    public static KvException Error(KvError error, Action action, string what)
    {
        try
        {
            action();
        }
        catch (KvException e)
        {
            Equal(error, e.Error, $"{what}: the error code");
            True(e.Message.Length > 0, $"{what}: a message that says what is wrong");
            return e;
        }

        throw new ConformanceException($"{what}: expected the error {error}, but the call succeeded.");
    }

    /// <summary>The action must end as a cancelled one.</summary>
    public static void Cancelled(Action action, string what)
    {
        try
        {
            action();
        }
        catch (OperationCanceledException)
        {
            return;
        }

        throw new ConformanceException($"{what}: expected OperationCanceledException, but the call succeeded.");
    }

    private static string Show(object? value) => value switch
    {
        null => "nothing",
        string[] texts => "[" + string.Join(", ", texts.Take(20).Select(Show)) + (texts.Length > 20 ? $", … {texts.Length} in all]" : "]"),
        string text => "'" + KvException.Shorten(text) + "'",
        _ => value.ToString() ?? "",
    };
}
