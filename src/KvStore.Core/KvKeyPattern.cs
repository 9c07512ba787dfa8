// A pattern of a key is matched component by component, so that * stops at a slash; what * means is the host's to say.
namespace KvStore;

/// <summary>A pattern for one component of a key.</summary>
/// <param name="Literal">What the component begins with; all of it if there is no matcher.</param>
/// <param name="Matcher">Whether a component that begins so fits; null if only <paramref name="Literal"/> itself does.</param>
public sealed record KvComponentPattern(string Literal, Func<string, bool>? Matcher = null)
{
    /// <summary>Whether a component fits.</summary>
    public bool IsMatch(string component) =>
        Matcher is null ? component == Literal : component.StartsWith(Literal, StringComparison.Ordinal) && Matcher(component);
}

/// <summary>A pattern for a relative key, one part for each component.</summary>
/// <param name="components">The parts; at least one.</param>
public sealed class KvKeyPattern(params KvComponentPattern[] components)
{
    /// <summary>The parts, from the first component on.</summary>
    public IReadOnlyList<KvComponentPattern> Components { get; } = components;

    /// <summary>Whether the pattern fits the last components of a relative key, as many as it has.</summary>
    public bool IsMatchOfEnd(string relativeKey)
    {
        int end = relativeKey.Length;
        for (int i = Components.Count - 1; i >= 0; i--)
        {
            if (end < 0)
            {
                return false;
            }

            int start = relativeKey.AsSpan(0, end).LastIndexOf(KvPath.Separator) + 1;
            if (!Components[i].IsMatch(relativeKey[start..end]))
            {
                return false;
            }

            end = start - 1;
        }

        return true;
    }
}
