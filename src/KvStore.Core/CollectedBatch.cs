// What a batch writer knows of a batch beside its changes goes with it: by the time that it is committed, the next one may
// hold the same keys.
namespace KvStore;

/// <summary>A batch with its size, and with what its items are to be told with.</summary>
internal sealed class CollectedBatch
{
    private Dictionary<string, object>? _states;

    /// <summary>The changes and their conditions.</summary>
    public KvBatch Changes { get; } = new();

    /// <summary>The bytes of keys and values, those of overwritten changes too.</summary>
    public long Size { get; private set; }

    /// <summary>Sets a value, on a condition if a version is given, and remembers the state if there is one.</summary>
    public void Set(string fullKey, string value, DateTimeOffset? expires, long? version, object? state)
    {
        Size += KvPath.GetSize(fullKey) + KvPath.GetSize(value);
        AddCondition(fullKey, version);
        Changes.Set(fullKey, value, expires);
        if (state is not null)
        {
            (_states ??= new Dictionary<string, object>(StringComparer.Ordinal))[fullKey] = state;
        }
    }

    /// <summary>Deletes an item, on a condition if a version is given.</summary>
    public void Delete(string fullKey, long? version)
    {
        Size += KvPath.GetSize(fullKey);
        AddCondition(fullKey, version);
        Changes.Delete(fullKey);
    }

    /// <summary>The state of the last set of a key; null if it had none.</summary>
    public object? GetState(string fullKey) => _states?.GetValueOrDefault(fullKey);

    /// <summary>Hands each change, with the condition on its key, to the batch that is named for it; null for none.</summary>
    public void CopyTo(Func<string, CollectedBatch?> getTarget)
    {
        var versions = Changes.Conditions.ToDictionary(condition => condition.FullKey, condition => (long?)condition.Version, StringComparer.Ordinal);
        foreach (string fullKey in Changes.Deletes)
        {
            getTarget(fullKey)?.Delete(fullKey, versions.GetValueOrDefault(fullKey));
        }

        foreach (KvSet set in Changes.Sets)
        {
            getTarget(set.FullKey)?.Set(set.FullKey, set.Value, KvTime.ToDateTime(set.ExpiresTime), versions.GetValueOrDefault(set.FullKey), GetState(set.FullKey));
        }
    }

    private void AddCondition(string fullKey, long? version)
    {
        switch (version)
        {
            case null:
                break;
            case 0:
                Changes.RequireAbsent(fullKey);
                break;
            default:
                Changes.RequireVersion(fullKey, version.Value);
                break;
        }
    }
}
