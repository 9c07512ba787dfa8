// Where a user's data lives who configured nothing: one file of their own, or what KVSTORE_CONNECTION says.
namespace KvStore;

/// <summary>The storage that is used when none is named.</summary>
public static class DefaultStorage
{
    /// <summary>The environment variable that names another default: a connection URL, a file's path, or a plugin's name.</summary>
    public const string Variable = "KVSTORE_CONNECTION";

    /// <summary>The name under which it is connected.</summary>
    public const string ConnectionName = "default";

    /// <summary>Its configuration: <c>$env:KVSTORE_CONNECTION</c>, else <c>KvStore/kv.db</c> in the user's folder for local application data.</summary>
    /// <param name="baseFolder">The folder that a relative file name in the variable starts from.</param>
    public static StorageConfiguration GetConfiguration(string baseFolder)
    {
        string? setting = Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrWhiteSpace(setting))
        {
            string folder = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
            string file = Path.Combine(folder, "KvStore", "kv.db").Replace('\\', '/');
            return new StorageConfiguration("db", $"sqlite:///{Uri.EscapeDataString(file).Replace("%2F", "/", StringComparison.Ordinal).Replace("%3A", ":", StringComparison.Ordinal)}");
        }

        // What is neither a URL nor a plain word is the path of a file.
        bool isPlugin = StorageUrl.GetScheme(setting) is null && setting.IndexOfAny(['/', '\\', '.']) < 0;
        return new StorageConfiguration(isPlugin ? setting : null, isPlugin ? null : setting) { BaseFolder = baseFolder };
    }
}
