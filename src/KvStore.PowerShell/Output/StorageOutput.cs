// What Get-KvStorage emits: a connection as people see it, with its name where parameters -Storage look for one.
namespace KvStore.PowerShell;

/// <summary>A connected storage.</summary>
public sealed class StorageOutput
{
    private readonly KvStorage _storage;

    internal StorageOutput(StorageConnection connection)
    {
        _storage = connection.Storage;
        (Name, Plugin, Description) = (connection.Name, connection.Plugin, connection.Description);
        (Capabilities, IsReadOnly) = (connection.Capabilities, connection.IsReadOnly);
        (MaximumKeySize, MaximumValueSize) = connection.Limits;
    }

    /// <summary>The name of the connection.</summary>
    public string Name { get; }

    /// <summary>The name, for parameters -Storage.</summary>
    public string Storage => Name;

    /// <summary>The plugin's name, or the class of the storage.</summary>
    public string Plugin { get; }

    /// <summary>What and where it is; never a password or token.</summary>
    public string Description { get; }

    /// <summary>What it can do.</summary>
    public KvCapabilities Capabilities { get; }

    /// <summary>Whether it was opened with -ReadOnly.</summary>
    public bool IsReadOnly { get; }

    /// <summary>The largest full key of any of its stores, in bytes of UTF-8.</summary>
    public int MaximumKeySize { get; }

    /// <summary>The largest value of any of its stores, in bytes of UTF-8.</summary>
    public int MaximumValueSize { get; }

    /// <summary>What to know about it as it runs here: a known fault of a library, a risky setting. Looked up when asked for.</summary>
    public IReadOnlyList<string> Remarks => _storage.Remarks;

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
