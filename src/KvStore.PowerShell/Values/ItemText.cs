// Values are text. What has one text in every culture becomes it; for all else the user must say how.
using System.Globalization;
using System.Management.Automation;
using System.Numerics;

namespace KvStore.PowerShell;

/// <summary>The text of values as users give them.</summary>
internal static class ItemText
{
    /// <summary>The text of text, a character, a number or a Boolean, the last two as JSON spells them; null for anything else.</summary>
    public static string? From(object? value) => Unwrap(value) switch
    {
        string text => text,
        bool truth => truth ? "true" : "false",
        char character => character.ToString(),
        Enum => null,
        byte or sbyte or short or ushort or int or uint or long or ulong or BigInteger or decimal or double or float or Half =>
            ((IFormattable)Unwrap(value)!).ToString(format: null, CultureInfo.InvariantCulture),
        _ => null,
    };

    /// <summary>The text of an item's value.</summary>
    /// <param name="key">The key it is for, for the message.</param>
    /// <param name="value">What the user gave.</param>
    /// <exception cref="KvException"><see cref="KvError.InvalidValue"/>: it has no one text.</exception>
    public static string FromValue(string key, object? value) => From(value) ?? throw new KvException(
        KvError.InvalidValue,
        Unwrap(value) switch
        {
            null => $"The value of key '{key}' is null. Give text, which may be empty, or remove the item with Remove-KvItem.",
            DateTime or DateTimeOffset => $"The value of key '{key}' is of type {Unwrap(value)!.GetType().Name}, which has many texts. Choose one, such as $date.ToString('o'), or store it with -AsJson.",
            byte[] => $"The value of key '{key}' is binary data. Store it as Base64: [Convert]::ToBase64String($bytes).",
            object other => $"The value of key '{key}' is of type {other.GetType().Name}, not text. Store it with -AsJson, or convert it to text first.",
        },
        key);

    /// <summary>What PowerShell wrapped.</summary>
    public static object? Unwrap(object? value) => value is PSObject wrapper ? wrapper.BaseObject : value;
}
