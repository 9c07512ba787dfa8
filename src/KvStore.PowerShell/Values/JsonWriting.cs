// ConvertTo-Json cuts off what is nested too deep, with a warning; what goes into a store must be whole or refused.
using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Numerics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace KvStore.PowerShell;

/// <summary>Turns objects into compact JSON, whole or not at all.</summary>
internal static class JsonWriting
{
    /// <summary>How deep objects and arrays may be nested: as deep as ConvertTo-Json goes.</summary>
    public const int MaximumDepth = 100;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = MaximumDepth };

    /// <summary>The JSON of an object.</summary>
    /// <param name="key">The key it is for, for the message.</param>
    /// <param name="value">Null, text, a number, a Boolean, a time, a dictionary, an array, or any object with properties.</param>
    /// <param name="maximumSize">The limit in bytes of UTF-8, so that an object that leads to half the machine ends soon.</param>
    /// <exception cref="KvException"><see cref="KvError.InvalidValue"/> or <see cref="KvError.ValueTooLong"/>.</exception>
    public static string Write(string key, object? value, int maximumSize)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output, Options))
        {
            new Writing(key, json, maximumSize).Write(value);
        }

        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private sealed class Writing(string key, Utf8JsonWriter json, int maximumSize)
    {
        public void Write(object? value)
        {
            if (json.BytesCommitted + json.BytesPending > maximumSize)
            {
                throw new KvException(
                    KvError.ValueTooLong,
                    $"The JSON of the value of key '{key}' is more than {maximumSize} bytes of UTF-8, which is all that the store allows. Select-Object the properties that you need.",
                    key);
            }

            object? bare = ItemText.Unwrap(value);
            switch (bare)
            {
                case null or DBNull:
                    json.WriteNullValue();
                    break;
                case string text:
                    WriteText(text);
                    break;
                case bool truth:
                    json.WriteBooleanValue(truth);
                    break;
                case DateTime or DateTimeOffset:
                    WriteText(((IFormattable)bare).ToString("o", CultureInfo.InvariantCulture));
                    break;
                case double.NaN or double.PositiveInfinity or double.NegativeInfinity or float.NaN or float.PositiveInfinity or float.NegativeInfinity:
                    throw Unfit("a number that JSON does not have (NaN or infinity)");
                case Enum:
                    json.WriteRawValue(((Enum)bare).ToString("D"));
                    break;
                case char or Guid or Uri or Version or TimeSpan:
                    WriteText(Convert.ToString(bare, CultureInfo.InvariantCulture)!);
                    break;
                case byte or sbyte or short or ushort or int or uint or long or ulong or BigInteger or decimal or double or float or Half:
                    json.WriteRawValue(ItemText.From(bare)!);
                    break;
                case Delegate or ScriptBlock or System.Security.SecureString or Type:
                    throw Unfit($"a {bare.GetType().Name}, which is no data");
                default:
                    WriteNested(value!, bare);
                    break;
            }
        }

        private void WriteNested(object value, object bare)
        {
            if (json.CurrentDepth >= MaximumDepth)
            {
                throw Unfit($"an object nested deeper than {MaximumDepth} levels; perhaps it leads back to itself");
            }

            switch (bare)
            {
                case IDictionary dictionary:
                    json.WriteStartObject();
                    foreach (DictionaryEntry entry in InOrder(dictionary))
                    {
                        WriteProperty(ItemText.From(entry.Key) ?? entry.Key.ToString()!, entry.Value);
                    }

                    json.WriteEndObject();
                    break;
                case IEnumerable list:
                    json.WriteStartArray();
                    foreach (object? element in list)
                    {
                        Write(element);
                    }

                    json.WriteEndArray();
                    break;
                default:
                    json.WriteStartObject();
                    foreach (PSPropertyInfo property in PSObject.AsPSObject(value).Properties)
                    {
                        WriteProperty(property.Name, GetValue(property));
                    }

                    json.WriteEndObject();
                    break;
            }
        }

        // A hashtable has no order: by name, the same contents give the same text each time.
        private static IEnumerable<DictionaryEntry> InOrder(IDictionary dictionary) =>
            dictionary is Hashtable ? dictionary.Cast<DictionaryEntry>().OrderBy(entry => entry.Key.ToString(), StringComparer.Ordinal) : Enumerate(dictionary);

        private static IEnumerable<DictionaryEntry> Enumerate(IDictionary dictionary)
        {
            foreach (DictionaryEntry entry in dictionary)
            {
                yield return entry;
            }
        }

        private void WriteProperty(string name, object? value)
        {
            KvPath.GetSize(name);
            json.WritePropertyName(name);
            Write(value);
        }

        private void WriteText(string text)
        {
            // The writer would replace a lone surrogate by another character.
            KvPath.GetSize(text);
            json.WriteStringValue(text);
        }

        private object? GetValue(PSPropertyInfo property)
        {
            try
            {
                return property.Value;
            }
            catch (GetValueException e)
            {
                throw new KvException(
                    KvError.InvalidValue,
                    $"The value of key '{key}' holds a property '{property.Name}' that cannot be read: {e.Message} Select-Object the properties that you need.",
                    key,
                    e);
            }
        }

        private KvException Unfit(string what) => new(
            KvError.InvalidValue,
            $"The value of key '{key}' is or holds {what}. Select-Object the properties that you need.",
            key);
    }
}
