// The one connection of a process that writes, and how a group of changes shares a transaction on it without sharing errors.
namespace KvStore.Storage.Sqlite;

/// <summary>Commits groups of changes to a database file; used under its lock file, by one thread at a time.</summary>
internal sealed class GroupWriter(DatabaseFile file)
{
    private Session? _writer;

    public bool IsOpen => _writer is not null;

    /// <summary>Whether the connection must not be used again, or its file is no longer the one at the path.</summary>
    public bool HasLostFile => _writer is not null && (_writer.Connection.IsBroken || _writer.Connection.HasMoved);

    /// <summary>
    /// Commits a group in one transaction and tells each caller its outcome. What is left in the group is to be led by
    /// another: the first was cancelled or out of time while waiting for other programs, and must not wait on for the rest.
    /// </summary>
    public void Commit(List<WriteRequest> group)
    {
        while (group.Count > 0)
        {
            WriteRequest first = group[0];
            try
            {
                if (TryCommit(group))
                {
                    return;
                }
            }
            catch (Exception e) when (e is OperationCanceledException or KvException { Error: KvError.StorageBusy })
            {
                GiveUpTransaction();
                first.Fail(e);
                group.Remove(first);
                return;
            }
            catch (Exception e)
            {
                GiveUpTransaction();
                group.ForEach(request => request.Fail(e));
            }

            group.RemoveAll(request => request.HasFailed);
        }
    }

    /// <summary>Lets the log come home, if this connection is the file's last, and closes it. Only under the lock file.</summary>
    public void CheckpointAndClose()
    {
        _writer?.Connection.CheckpointOnClose();
        Close();
    }

    /// <summary>Closes the connection; the next group opens another.</summary>
    public void Close()
    {
        _writer?.Dispose();
        _writer = null;
    }

    /// <summary>Commits what does not fail; false if there is nothing, or if what failed took the whole transaction with it (a full disk, say).</summary>
    private bool TryCommit(List<WriteRequest> group)
    {
        Session writer = Begin(group[0]);
        if (group[0].Kind == WriteKind.Outside)
        {
            writer.Rollback();
        }

        bool isWhole = Apply(writer, group);
        group.RemoveAll(request => request.HasFailed);
        if (!isWhole || group.Count == 0)
        {
            writer.Rollback();
            return false;
        }

        if (writer.Connection.IsInTransaction)
        {
            writer.Commit();
        }

        group.ForEach(request => request.Complete());
        return true;
    }

    /// <summary>Begins a transaction, as soon as no other program has one.</summary>
    private Session Begin(WriteRequest request)
    {
        while (true)
        {
            request.Cancellation.ThrowIfCancellationRequested();
            try
            {
                _writer ??= file.OpenForWriting();
                _writer.BeginWriting();
                if (_writer.SchemaVersion == file.Schema.Version)
                {
                    return _writer;
                }

                // A newer program migrated the file meanwhile: opening it again says so.
                Close();
            }
            catch (KvException e) when (e.Error == KvError.StorageBusy)
            {
                // A program that does not know the lock file, since that is held here.
                if (request.TimeLeft == TimeSpan.Zero)
                {
                    throw SqliteFailure.Busy(file.Path, file.Settings.Patience);
                }
            }
        }
    }

    /// <summary>Applies each request; false if one took the transaction with it.</summary>
    private static bool Apply(Session writer, List<WriteRequest> group)
    {
        bool inParts = group.Count > 1;
        foreach (WriteRequest request in group)
        {
            try
            {
                writer.Connection.Cancellation = request.Cancellation;
                request.Cancellation.ThrowIfCancellationRequested();
                if (inParts)
                {
                    writer.Savepoint();
                }

                request.Apply(writer);
                if (inParts)
                {
                    writer.Release();
                }
            }
            catch (Exception e)
            {
                writer.Connection.Cancellation = CancellationToken.None;
                request.Fail(e);
                if (!writer.Connection.IsInTransaction && request.Kind != WriteKind.Outside)
                {
                    return false;
                }

                if (inParts)
                {
                    writer.RollbackToSavepoint();
                }
            }
        }

        writer.Connection.Cancellation = CancellationToken.None;
        return true;
    }

    private void GiveUpTransaction()
    {
        try
        {
            _writer?.Rollback();
        }
        catch (KvException)
        {
            // Closing the connection rolls back what it cannot; the first error is the one that matters.
            Close();
        }
    }
}
