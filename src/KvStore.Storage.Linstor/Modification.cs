// What goes to the controller to change a store, and the question whether a store looks as if it had.
using System.Buffers;
using System.Text.Json;

namespace KvStore.Storage.Linstor;

/// <summary>What one modify request changes, as a whole. The controller applies it in the order of these parts.</summary>
/// <param name="Sets">What is set.</param>
/// <param name="Deletes">Keys that are deleted then.</param>
/// <param name="DeletedNamespaces">Namespaces that are deleted at last; empty for the root.</param>
internal sealed record Modification(IReadOnlyList<KvSet> Sets, IReadOnlyCollection<string> Deletes, IReadOnlyCollection<string> DeletedNamespaces)
{
    /// <summary>The request's body; a part is left away if empty, since the controller takes none that is null.</summary>
    public ReadOnlyMemory<byte> ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (Sets.Count > 0)
            {
                json.WriteStartObject("override_props");
                foreach (KvSet set in Sets)
                {
                    json.WriteString(set.FullKey, set.Value);
                }

                json.WriteEndObject();
            }

            WriteList(json, "delete_props", Deletes);
            WriteList(json, "delete_namespaces", DeletedNamespaces.Select(path => path.Length == 0 ? "/" : path));
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    /// <summary>Whether a store is as this leaves it.</summary>
    public bool IsDoneIn(IReadOnlyDictionary<string, string> properties) =>
        Sets.All(set => properties.GetValueOrDefault(set.FullKey) == set.Value)
        && !Deletes.Any(properties.ContainsKey)
        && !properties.Keys.Any(key => DeletedNamespaces.Any(path => KvPath.IsBeneath(key, path)));

    private static void WriteList(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        if (!texts.Any())
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (string text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }
}
