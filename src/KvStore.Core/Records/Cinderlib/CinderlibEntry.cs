// What a cinderlib document is made of, streamed: records as they come, each backend at its end, and the form of the whole.
using System.Text.Json.Nodes;

namespace KvStore;

/// <summary>A part of a cinderlib document.</summary>
internal abstract record CinderlibEntry;

/// <summary>A record, with the attached properties that travelled with it.</summary>
internal sealed record CinderlibRecord(KvRecord Record, IReadOnlyDictionary<string, string> Properties) : CinderlibEntry;

/// <summary>A backend object without its volumes and key values.</summary>
internal sealed record CinderlibBackend(string Name, JsonObject Document) : CinderlibEntry;

/// <summary>The document has ended.</summary>
/// <param name="IsBackend">Whether it was the object of one backend, not a list.</param>
internal sealed record CinderlibEnd(bool IsBackend) : CinderlibEntry;
