// The part of the contract that is about copies of the whole storage.
namespace KvStore.Storage.Sqlite;

public partial class SqliteStorage
{
    /// <inheritdoc/>
    /// <remarks>The copy is a database as <c>db</c> uses it, for its owner alone. Nobody waits for it; while it runs the write-ahead log of a file grows with what is written.</remarks>
    public override void Backup(string path, IProgress<double>? progress, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        DatabaseBackup.Write(_engine, Description, Path.GetFullPath(path), progress, cancellation);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Writers of all processes wait while it runs; readers see what was there before, then all that is new. A store that is
    /// there keeps its own past, in which the restore is one more change; one that never was comes with the past that the backup
    /// has, unless a watch waits for it, which is told of each item. An item that differs from what is there gets a new revision and a version above both, so that no condition on what
    /// was read before holds by chance.
    /// </remarks>
    public override void Restore(string path, IProgress<double>? progress, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using BackupFile backup = BackupFile.Open(Path.GetFullPath(path), cancellation);
        _engine.Write(
            session =>
            {
                DatabaseRestore.Apply(session, backup.Session, progress, cancellation);
                return true;
            },
            runsAlone: true,
            cancellation);
    }
}
