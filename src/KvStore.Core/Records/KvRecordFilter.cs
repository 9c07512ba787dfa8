// One description of "which records" serves all four types, as cinderlib's get methods do with their arguments.
namespace KvStore;

/// <summary>Which records are wanted. Filters are ANDed, matches are exact, and null or empty means no filter.</summary>
public sealed record KvRecordFilter
{
    private readonly IReadOnlyDictionary<string, string?> _properties = new Dictionary<string, string?>();

    /// <summary>All records that are not deleted.</summary>
    public static KvRecordFilter All { get; } = new();

    /// <summary>The id; of a key value its key.</summary>
    public string? Id { get; init; }

    /// <summary>The name, which need not be unique. Connections and key values have none.</summary>
    public string? Name { get; init; }

    /// <summary>The backend's name.</summary>
    public string? Backend { get; init; }

    /// <summary>The volume that a snapshot or a connection belongs to.</summary>
    public string? VolumeId { get; init; }

    /// <summary>Attached properties that must be there, by key, normalised as typed; a value of null stands for any value.</summary>
    public IReadOnlyDictionary<string, string?> Properties
    {
        get => _properties;
        init => _properties = value.ToDictionary(property => KvPath.NormalizeKey(property.Key), property => property.Value);
    }

    /// <summary>Whether soft-deleted records are wanted too.</summary>
    public bool IncludeDeleted { get; init; }

    /// <summary>Whether a record passes all filters.</summary>
    public bool Matches(KvRecord record) =>
        (IncludeDeleted || !record.IsDeleted)
        && Matches(Id, record.Id)
        && Matches(Name, record.GetTerm(RecordTerm.Name))
        && Matches(Backend, record.GetTerm(RecordTerm.Backend))
        && Matches(VolumeId, record.GetTerm(RecordTerm.Volume))
        && Properties.All(wanted => record.Properties.TryGetValue(wanted.Key, out string? value) && (wanted.Value is null || wanted.Value == value));

    private static bool Matches(string? wanted, string? found) => string.IsNullOrEmpty(wanted) || wanted == found;
}
