// ConvertFrom-Json turns text that looks like a date into a date of the machine's culture; here text stays text.
using System.Globalization;
using System.Management.Automation;
using System.Numerics;
using System.Text.Json;

namespace KvStore.PowerShell;

/// <summary>Turns JSON into what ConvertFrom-Json gives: custom objects, arrays, text, numbers, Booleans and null. Text that looks like a date stays text, and no number loses digits.</summary>
internal static class JsonReading
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 1024 };

    /// <summary>The object that an item's JSON describes.</summary>
    /// <param name="key">The item's key, for the message.</param>
    /// <param name="json">The item's value.</param>
    /// <exception cref="KvException"><see cref="KvError.InvalidValue"/>: it is no JSON, or describes what no object can hold.</exception>
    public static object? Read(string key, string json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, Options);
            return Read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or ExtendedTypeSystemException)
        {
            throw new KvException(KvError.InvalidValue, $"The value of key '{key}' cannot be read as JSON: {e.Message} Leave out -AsJson to get it as text.", key, e);
        }
    }

    private static object? Read(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => ReadObject(element),
        JsonValueKind.Array => element.EnumerateArray().Select(Read).ToArray(),
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Number => ReadNumber(element.GetRawText()),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    private static PSObject ReadObject(JsonElement element)
    {
        var result = new PSObject();
        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (property.Name.Length == 0 || (result.Properties[property.Name] is { Name: string other } && other != property.Name))
            {
                throw new FormatException($"An object has a property '{property.Name}' that PowerShell objects cannot have beside the others; use ConvertFrom-Json -AsHashtable on the text.");
            }

            // Of several with one name the last counts, as everywhere with JSON.
            result.Properties.Remove(property.Name);
            result.Properties.Add(new PSNoteProperty(property.Name, Read(property.Value)));
        }

        return result;
    }

    private static object ReadNumber(string digits)
    {
        if (digits.AsSpan().IndexOfAny(".eE") < 0)
        {
            var number = BigInteger.Parse(digits, CultureInfo.InvariantCulture);
            return number >= long.MinValue && number <= long.MaxValue ? (object)(long)number : number;
        }

        double value = double.Parse(digits, CultureInfo.InvariantCulture);
        if (double.IsInfinity(value))
        {
            throw new FormatException($"The number {digits} is out of range.");
        }

        // A double keeps 15 digits of any number; of one with more, a decimal keeps them.
        return digits.Count(char.IsAsciiDigit) > 15
            && decimal.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal exact)
            && value.ToString(CultureInfo.InvariantCulture) != exact.ToString(CultureInfo.InvariantCulture)
            ? exact
            : value;
    }
}
