// A prepared statement, kept for the life of its connection: preparing one anew for each call costs more than running it.
using System.Buffers;
using System.Text;
using SQLitePCL;

namespace KvStore.Storage.Sqlite;

/// <summary>A prepared statement of one connection; used by one thread at a time.</summary>
internal sealed class Statement : IDisposable
{
    private const int StackLimit = 1024;

    private readonly Connection _connection;
    private readonly sqlite3_stmt _handle;

    public Statement(Connection connection, sqlite3_stmt handle)
    {
        _connection = connection;
        _handle = handle;
    }

    public Statement Bind(int index, long value)
    {
        _connection.Check(raw.sqlite3_bind_int64(_handle, index, value));
        return this;
    }

    public Statement Bind(int index, string text)
    {
        int maximumSize = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (maximumSize <= StackLimit)
        {
            Span<byte> bytes = stackalloc byte[StackLimit];
            return Bind(index, bytes[..Encoding.UTF8.GetBytes(text, bytes)]);
        }

        byte[] rented = ArrayPool<byte>.Shared.Rent(maximumSize);
        Bind(index, rented.AsSpan(0, Encoding.UTF8.GetBytes(text, rented)));
        ArrayPool<byte>.Shared.Return(rented);
        return this;
    }

    /// <summary>Binds text that is UTF-8 already.</summary>
    public Statement Bind(int index, ReadOnlySpan<byte> text)
    {
        // An empty span has no address, which SQLite would take for NULL.
        _connection.Check(text.IsEmpty ? raw.sqlite3_bind_text(_handle, index, "") : raw.sqlite3_bind_text(_handle, index, text));
        return this;
    }

    /// <summary>Binds what sorts behind all text.</summary>
    public Statement BindBehindAllText(int index)
    {
        _connection.Check(raw.sqlite3_bind_zeroblob(_handle, index, 0));
        return this;
    }

    /// <summary>Takes a step; true if it gave a row.</summary>
    public bool Step()
    {
        int code = raw.sqlite3_step(_handle);
        return code == raw.SQLITE_ROW || (code == raw.SQLITE_DONE ? false : throw _connection.Fail(code));
    }

    /// <summary>Makes the statement ready for its next use, and ends its part in a read transaction.</summary>
    public void Reset() => raw.sqlite3_reset(_handle); // The code it returns is that of the last step, which was reported there.

    /// <summary>Runs a statement that gives no rows.</summary>
    /// <returns>The number of rows that it changed.</returns>
    public int Execute()
    {
        try
        {
            Step();
            return _connection.Changes;
        }
        finally
        {
            Reset();
        }
    }

    /// <summary>Runs a statement that gives one number.</summary>
    public long ExecuteNumber()
    {
        try
        {
            return Step() ? GetNumber(0) : 0;
        }
        finally
        {
            Reset();
        }
    }

    public long GetNumber(int column) => raw.sqlite3_column_int64(_handle, column);

    /// <summary>The bytes of a text, valid until the next step.</summary>
    public ReadOnlySpan<byte> GetBytes(int column) => raw.sqlite3_column_blob(_handle, column);

    public string GetText(int column) => Encoding.UTF8.GetString(GetBytes(column));

    public void Dispose() => _handle.Dispose();
}
