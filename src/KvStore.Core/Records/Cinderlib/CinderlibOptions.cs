// What an import takes and an export gives beyond the records themselves.
namespace KvStore;

/// <summary>How a cinderlib document is imported.</summary>
public sealed record CinderlibImportOptions
{
    /// <summary>Whether the backends' configuration is kept. It holds credentials.</summary>
    public bool IncludeBackendConfiguration { get; init; }

    /// <summary>The names of the backends that objects may belong to; null for any.</summary>
    public IReadOnlyCollection<string>? KnownBackends { get; init; }
}

/// <summary>How a cinderlib document is exported.</summary>
public sealed record CinderlibExportOptions
{
    /// <summary>
    /// The one backend that is wanted, which makes the document its object; null for all, in the form of the document that was
    /// last imported into the store if that was one backend's, else as a list.
    /// </summary>
    public string? Backend { get; init; }

    /// <summary>Whether the document is spread over lines.</summary>
    public bool Indented { get; init; } = true;

    /// <summary>Whether volumes leave out their snapshots and connections, which then are not exported (cinderlib's simplified form).</summary>
    public bool Simplified { get; init; }

    /// <summary>Whether the backends' configuration is exported, as far as it was imported. It holds credentials.</summary>
    public bool IncludeBackendConfiguration { get; init; }
}
