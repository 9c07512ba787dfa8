// A dump is read token by token; what is small, one object of it at a time, becomes a tree.
using System.Text.Json;
using System.Text.Json.Nodes;

namespace KvStore;

/// <summary>Builds JSON trees from a stream of tokens.</summary>
internal static class JsonTree
{
    /// <summary>Reads the next value as a tree. Of a name that stands twice the last holds, as in Python.</summary>
    /// <exception cref="KvException"><see cref="KvError.InvalidDocument"/>.</exception>
    public static JsonNode? ReadNext(JsonTokens tokens)
    {
        Advance(tokens);
        return ReadCurrent(tokens);
    }

    /// <summary>Goes to the next token, which must be there.</summary>
    /// <exception cref="KvException"><see cref="KvError.InvalidDocument"/>: the document ends.</exception>
    public static void Advance(JsonTokens tokens)
    {
        if (!tokens.Read())
        {
            throw tokens.Error("it ends too early.");
        }
    }

    /// <summary>The value that begins with the current token, as a tree.</summary>
    public static JsonNode? ReadCurrent(JsonTokens tokens)
    {
        switch (tokens.Kind)
        {
            case JsonTokenType.StartObject:
                var result = new JsonObject();
                for (Advance(tokens); tokens.Kind != JsonTokenType.EndObject; Advance(tokens))
                {
                    string name = tokens.Text;
                    result[name] = ReadNext(tokens);
                }

                return result;
            case JsonTokenType.StartArray:
                var list = new JsonArray();
                for (Advance(tokens); tokens.Kind != JsonTokenType.EndArray; Advance(tokens))
                {
                    list.Add(ReadCurrent(tokens));
                }

                return list;
            case JsonTokenType.String:
                return JsonValue.Create(tokens.Text);
            case JsonTokenType.Number:
                // Parsed from its own text, a number keeps its spelling.
                return JsonNode.Parse(tokens.Text);
            case JsonTokenType.True or JsonTokenType.False:
                return JsonValue.Create(tokens.Kind == JsonTokenType.True);
            default:
                return null;
        }
    }
}
