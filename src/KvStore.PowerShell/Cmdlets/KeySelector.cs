// A key as typed is either one item or a pattern; PowerShell says what its wildcards mean, Core what a pattern finds.
using System.Management.Automation;
using System.Text;

namespace KvStore.PowerShell;

/// <summary>A key or a pattern of keys.</summary>
internal sealed class KeySelector
{
    private readonly string _key;
    private readonly bool _isExact;
    private KvKeyPattern? _pattern;

    private KeySelector(string key, bool isExact, KvKeyPattern? pattern)
    {
        _key = key;
        _isExact = isExact;
        _pattern = pattern;
        HasWildcard = pattern?.Components.Any(component => component.Matcher is not null) ?? false;
    }

    /// <summary>Whether it may fit several items, or none, without that being an error.</summary>
    public bool HasWildcard { get; }

    /// <summary>The pattern, which a key without wildcards is too.</summary>
    /// <exception cref="KvException"><see cref="KvError.InvalidKey"/>: an exact key is empty.</exception>
    public KvKeyPattern Pattern => _pattern ??= new KvKeyPattern([.. KvPath.NormalizeKey(_key).Split(KvPath.Separator).Select(component => new KvComponentPattern(component))]);

    /// <summary>A key without wildcards, white space at its beginning included. Its pattern is made where one is asked for: a pipeline brings many keys.</summary>
    public static KeySelector Exact(string key) => new(key, isExact: true, pattern: null);

    /// <summary>A key as typed, in which <c>* ? []</c> are wildcards and a backtick takes that from them.</summary>
    /// <exception cref="KvException"><see cref="KvError.InvalidKey"/>: it is empty, or a bracket is not closed within its component.</exception>
    public static KeySelector Parse(string key) =>
        new(WildcardPattern.Unescape(key), isExact: false, new KvKeyPattern([.. KvPath.NormalizeKey(key).Split(KvPath.Separator).Select(component => ParseComponent(component, key))]));

    /// <summary>The full key in a namespace of what has no wildcards.</summary>
    public string GetFullKey(KvTarget target) => _isExact ? target.GetExactFullKey(_key) : target.GetFullKey(_key);

    private static KvComponentPattern ParseComponent(string component, string key)
    {
        if (!WildcardPattern.ContainsWildcardCharacters(component))
        {
            return new KvComponentPattern(WildcardPattern.Unescape(component));
        }

        var pattern = WildcardPattern.Get(component, WildcardOptions.CultureInvariant);
        try
        {
            pattern.IsMatch("");
        }
        catch (WildcardPatternException e)
        {
            throw new KvException(KvError.InvalidKey, $"Key '{key}' is not a pattern: {e.Message} Use -LiteralKey for a key with brackets, or a backtick before each.", key, e);
        }

        return new KvComponentPattern(GetBeginning(component), pattern.IsMatch);
    }

    private static string GetBeginning(string component)
    {
        var beginning = new StringBuilder();
        for (int i = 0; i < component.Length && component[i] is not ('*' or '?' or '['); i++)
        {
            if (component[i] == '`' && i + 1 < component.Length)
            {
                i++;
            }

            beginning.Append(component[i]);
        }

        return beginning.ToString();
    }
}
