// The native library is loaded once, and a system that none ships for is told so in plain words.
using System.Runtime.InteropServices;
using SQLitePCL;

namespace KvStore.Storage.Sqlite;

/// <summary>The SQLite library that this process uses.</summary>
internal static class SqliteLibrary
{
    private static readonly Lazy<Version> Loaded = new(Load);

    /// <summary>Its version; loads it at the first call.</summary>
    /// <exception cref="KvException"><see cref="KvError.StorageUnavailable"/>: there is none for this system.</exception>
    public static Version Version => Loaded.Value;

    private static Version Load()
    {
        try
        {
            Batteries_V2.Init();
            return Version.Parse(raw.sqlite3_libversion().utf8_to_string());
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException or TypeInitializationException or System.Reflection.TargetInvocationException)
        {
            throw new KvException(
                KvError.StorageUnavailable,
                $"SQLite's native library for {RuntimeInformation.RuntimeIdentifier} cannot be loaded: {(e.InnerException ?? e).Message} Put libe_sqlite3 into the module's folder for this system, or choose another storage.",
                RuntimeInformation.RuntimeIdentifier,
                e);
        }
    }
}
