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

    // The handle keeps it open, and whoever calls keeps the handle: a session is given back only after its use.
    private readonly nint _statement;

    public Statement(Connection connection, sqlite3_stmt handle)
    {
        _connection = connection;
        _handle = handle;
        _statement = handle.DangerousGetHandle();
    }

    public Statement Bind(int index, long value)
    {
        _connection.Check(NativeSqlite.Bind(_statement, index, value));
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
        _connection.Check(NativeSqlite.Bind(_statement, index, text));
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
        int code = NativeSqlite.Step(_statement);
        return code == raw.SQLITE_ROW || (code == raw.SQLITE_DONE ? false : throw _connection.Fail(code));
    }

    /// <summary>Makes the statement ready for its next use, and ends its part in a read transaction.</summary>
    public void Reset() => NativeSqlite.Reset(_statement); // The code it returns is that of the last step, which was reported there.

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

    public long GetNumber(int column) => NativeSqlite.GetNumber(_statement, column);

    /// <summary>The bytes of a text, valid until the next step.</summary>
    public ReadOnlySpan<byte> GetBytes(int column) => NativeSqlite.GetBytes(_statement, column);

    public string GetText(int column) => Encoding.UTF8.GetString(GetBytes(column));

    public void Dispose() => _handle.Dispose();
}
