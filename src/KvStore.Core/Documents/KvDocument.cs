// The names of the export document's parts, once for writing and reading (docs/export-format.md).
namespace KvStore;

/// <summary>The names in an export document.</summary>
internal static class KvDocument
{
    public const string FormatName = "KvStore";
    public const int FormatVersion = 1;

    public const string Format = "format";
    public const string Version = "formatVersion";
    public const string Stores = "stores";
    public const string Name = "name";
    public const string MaximumKeySize = "maximumKeySize";
    public const string MaximumValueSize = "maximumValueSize";
    public const string IsKept = "isKept";
    public const string Namespaces = "namespaces";
    public const string Items = "items";
    public const string Key = "key";
    public const string Value = "value";
    public const string Expires = "expires";
}
