// What was deleted leaves free pages in a file, which later writes use; to make the file smaller SQLite must write it anew.
namespace KvStore.Storage.Sqlite;

internal static class Shrinking
{
    // A file is written anew only where that gains something: this share of it.
    private const long LeastShare = 20;

    /// <summary>Writes the database anew without its free pages. It takes as much disk space again while it runs. Only outside a transaction and under the lock file.</summary>
    public static void Run(Connection connection)
    {
        if (connection.QueryNumber("PRAGMA freelist_count") * LeastShare >= connection.QueryNumber("PRAGMA page_count"))
        {
            connection.Execute("VACUUM");
        }
    }
}
