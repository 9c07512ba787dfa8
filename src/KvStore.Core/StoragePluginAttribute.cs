// A plugin says its own name, so that a folder or a class is all that a user has to give.
namespace KvStore;

/// <summary>Names a storage plugin: by what <c>-Storage</c> and which URL schemes of <c>-Connection</c> it is chosen.</summary>
/// <param name="name">The name, without regard to case.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false, AllowMultiple = true)]
public sealed class StoragePluginAttribute(string name) : Attribute
{
    /// <summary>The name, without regard to case. Several plugins may share one if their schemes differ.</summary>
    public string Name { get; } = name;

    /// <summary>URL schemes that choose it, without a driver (<c>sqlite</c> serves <c>sqlite+driver://</c> too).</summary>
    public string[] Schemes { get; init; } = [];
}
