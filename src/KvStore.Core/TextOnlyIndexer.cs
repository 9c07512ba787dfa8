// LINSTOR's client refuses a value that is no text. PowerShell instead bends a number, a hashtable or null into text to
// fit an indexer that takes text; given one that takes any object, it finds that the better fit, and the error can be told.
using System.ComponentModel;

namespace KvStore;

/// <summary>The part of <see cref="KvDictionary"/> that refuses what is not text, where a language would silently convert it.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class TextOnlyIndexer
{
    private protected TextOnlyIndexer()
    {
    }

    /// <summary>Refuses every value: text finds the indexer of <see cref="KvDictionary"/>.</summary>
    /// <exception cref="KvException"><see cref="KvError.InvalidValue"/>, always; nothing was written.</exception>
    public object? this[string key]
    {
        set => throw NotText($"value of key '{KvException.Shorten(key)}'", value);
    }

    /// <summary>Refuses every key and value.</summary>
    /// <exception cref="KvException"><see cref="KvError.InvalidValue"/>, always; nothing was written.</exception>
    public object? this[object key]
    {
        set => throw NotText("key", key);
    }

    private protected static KvException NotText(string what, object? found) => new(
        KvError.InvalidValue,
        $"The {what} is {(Unwrap(found) is { } value ? $"of type {value.GetType().Name}" : "null")}; text is needed. Nothing was written. Convert it first, or store an object with Set-KvItem -AsJson.",
        found);

    // PowerShell wraps what a command emits, and a hashtable keeps the wrapper; Core does not know its type.
    internal static object? Unwrap(object? value) =>
        value?.GetType() is { FullName: "System.Management.Automation.PSObject" } wrapper ? wrapper.GetProperty("BaseObject")!.GetValue(value) : value;
}
