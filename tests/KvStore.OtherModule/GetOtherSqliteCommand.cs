// Uses Microsoft.Data.Sqlite as many modules do: in PowerShell's own load context.
using System.Management.Automation;
using Microsoft.Data.Sqlite;

namespace KvStore.OtherModule;

/// <summary>Opens a database in memory and tells the version of the library that it was opened with.</summary>
[Cmdlet(VerbsCommon.Get, "OtherSqlite")]
[OutputType(typeof(string))]
public sealed class GetOtherSqliteCommand : PSCmdlet
{
    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        SQLitePCL.Batteries_V2.Init();
        using var connection = new SqliteConnection("Data Source=:memory:");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT sqlite_version()";
        WriteObject($"{typeof(SqliteConnection).Assembly.GetName().Version} {command.ExecuteScalar()}");
    }
}
