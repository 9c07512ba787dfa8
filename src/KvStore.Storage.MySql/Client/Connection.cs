// One session of the server, with its statements kept prepared; calls block in the library, so that another thread must be able to break them.
using System.Runtime.InteropServices;
using System.Text;

namespace KvStore.Storage.MySql.Client;

/// <summary>A connection. For one thread at a time, except for <see cref="Cancel"/>.</summary>
internal sealed unsafe class Connection : IDisposable
{
    // Beyond this the server would hold more statements than it is worth to keep.
    private const int KeptStatements = 64;

    private readonly nint _handle;
    private readonly Dictionary<string, Statement> _statements = new(StringComparer.Ordinal);

    /// <summary>Connects to the first host that can be reached; blocks for its timeout at most for each.</summary>
    /// <exception cref="MySqlError">None of them; the last one's error.</exception>
    public Connection(MySqlSettings settings, TimeSpan readTimeout)
    {
        LibMariaDb.Require();
        MySqlError? error = null;
        foreach (ConnectionHost host in settings.Hosts)
        {
            _handle = LibMariaDb.Init(0);
            SetOptions(settings, readTimeout);
            bool isConnected = LibMariaDb.Connect(_handle, host.Name, settings.User, settings.Password, settings.Database, (uint)(host.Port ?? 0), settings.Socket, new CULong(0)) != 0;

            // The library asks for TLS where it is enforced, and goes on without where the server has none.
            bool isExposed = isConnected && settings.EnforcesTls == true && LibMariaDb.GetCipher(_handle) == 0;
            if (isConnected && !isExposed)
            {
                ThreadId = LibMariaDb.GetThread(_handle);
                return;
            }

            error = isExposed ? new MySqlError(MySqlError.NoSecureConnection, "the server offers no TLS") : GetError();
            LibMariaDb.Close(_handle);

            // What the server says of user or database the next host would say too; what it does not say may be different there.
            if (error.Number is 1044 or 1045 or 1049)
            {
                break;
            }
        }

        throw error!;
    }

    /// <summary>By which the server knows the session.</summary>
    public CULong ThreadId { get; }

    /// <summary>Whether the connection is gone and must not be used again.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Whether a transaction is open.</summary>
    public bool IsInTransaction { get; private set; }

    /// <summary>Begins a transaction.</summary>
    /// <param name="sql">The statement that begins it.</param>
    public void Begin(string sql = "START TRANSACTION")
    {
        IsInTransaction = true;
        Execute(sql);
    }

    /// <summary>Commits the transaction.</summary>
    public void Commit()
    {
        Execute("COMMIT");
        IsInTransaction = false;
    }

    /// <summary>Rolls back what is open.</summary>
    public void Rollback()
    {
        Execute("ROLLBACK");
        IsInTransaction = false;
    }

    /// <summary>Runs a statement that has neither values nor a result.</summary>
    public void Execute(string sql)
    {
        byte[] text = Encoding.UTF8.GetBytes(sql);
        fixed (byte* start = text)
        {
            if (LibMariaDb.Query(_handle, start, new CULong((uint)text.Length)) != 0)
            {
                throw Broken(GetError());
            }
        }
    }

    /// <summary>Runs a statement that changes rows.</summary>
    /// <param name="sql">The text, a question mark for each value.</param>
    /// <param name="values">The values in their order.</param>
    /// <returns>How many rows were changed; a row that an upsert replaced counts twice.</returns>
    public long Change(string sql, params object?[] values)
    {
        try
        {
            Statement statement = Prepare(sql, columns: "");
            statement.Execute(values);
            return statement.AffectedRows;
        }
        catch (MySqlError e)
        {
            throw Broken(e);
        }
    }

    /// <summary>Runs a statement that gives rows, and reads all of them.</summary>
    /// <param name="sql">The text, a question mark for each value.</param>
    /// <param name="columns">A letter for each column: <c>n</c> for a number, <c>t</c> for text.</param>
    /// <param name="read">What a row means.</param>
    /// <param name="values">The values in their order.</param>
    public List<T> Select<T>(string sql, string columns, Func<Statement, T> read, params object?[] values)
    {
        try
        {
            Statement statement = Prepare(sql, columns);
            statement.Execute(values);
            return ReadAll(statement, read);
        }
        catch (MySqlError e)
        {
            throw Broken(e);
        }
    }

    /// <summary>Breaks the connection from another thread, so that a call that waits in it ends at once.</summary>
    public void Cancel()
    {
        IsBroken = true;
        LibMariaDb.Cancel(_handle);
    }

    /// <summary>Ends another session of the same server, with all that it is doing.</summary>
    public void Kill(CULong threadId) => _ = LibMariaDb.Kill(_handle, threadId);

    /// <inheritdoc/>
    public void Dispose()
    {
        CloseStatements();
        LibMariaDb.Close(_handle);
    }

    private void SetOptions(MySqlSettings settings, TimeSpan readTimeout)
    {
        SetSeconds(Option.ConnectTimeout, settings.ConnectTimeout);
        SetSeconds(Option.ReadTimeout, readTimeout);
        SetSeconds(Option.WriteTimeout, readTimeout);
        LibMariaDb.SetOption(_handle, Option.CharacterSet, "utf8mb4");
        SetText(Option.Authorities, settings.Authorities);
        SetText(Option.Certificate, settings.Certificate);
        SetText(Option.Key, settings.Key);
        if (settings.EnforcesTls is { } enforces)
        {
            SetFlag(Option.EnforceTls, enforces);
            SetFlag(Option.VerifyCertificate, settings.VerifiesCertificate);
        }
    }

    private void SetSeconds(Option option, TimeSpan time)
    {
        uint seconds = (uint)Math.Ceiling(time.TotalSeconds);
        LibMariaDb.SetOption(_handle, option, &seconds);
    }

    private void SetFlag(Option option, bool value)
    {
        byte flag = value ? (byte)1 : (byte)0;
        LibMariaDb.SetOption(_handle, option, &flag);
    }

    private void SetText(Option option, string? value)
    {
        if (value is not null)
        {
            LibMariaDb.SetOption(_handle, option, value);
        }
    }

    private Statement Prepare(string sql, string columns)
    {
        if (!_statements.TryGetValue(sql, out Statement? statement))
        {
            if (_statements.Count >= KeptStatements)
            {
                CloseStatements();
            }

            statement = new Statement(_handle, sql, columns);
            _statements.Add(sql, statement);
        }

        return statement;
    }

    private static List<T> ReadAll<T>(Statement statement, Func<Statement, T> read)
    {
        var rows = new List<T>();
        try
        {
            while (statement.Read())
            {
                rows.Add(read(statement));
            }
        }
        catch (Exception e) when (e is not MySqlError)
        {
            // While there are rows to come the connection serves no other statement.
            statement.Leave();
            throw;
        }

        return rows;
    }

    private void CloseStatements()
    {
        foreach (Statement statement in _statements.Values)
        {
            statement.Dispose();
        }

        _statements.Clear();
    }

    private MySqlError Broken(MySqlError error)
    {
        IsBroken |= error.BreaksConnection;
        return error;
    }

    private MySqlError GetError() => new((int)LibMariaDb.GetError(_handle), Marshal.PtrToStringUTF8(LibMariaDb.GetMessage(_handle)) ?? "");
}
