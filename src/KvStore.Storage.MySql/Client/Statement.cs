// Values travel beside the text of a statement, never in it.
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace KvStore.Storage.MySql.Client;

/// <summary>A prepared statement of a connection. For one thread at a time.</summary>
internal sealed unsafe class Statement : IDisposable
{
    private const int NoData = 100;
    private const int Truncated = 101;
    private const int TextBuffer = 1024;

    private readonly nint _handle;
    private readonly string _columns;
    private readonly Bind* _results;
    private readonly byte* _buffers;
    private readonly CULong* _lengths;
    private readonly byte* _nulls;

    /// <summary>Prepares a statement.</summary>
    /// <param name="connection">The library's handle of the connection.</param>
    /// <param name="sql">The text, a question mark for each value.</param>
    /// <param name="columns">A letter for each column of the result: <c>n</c> for a number, <c>t</c> for text.</param>
    public Statement(nint connection, string sql, string columns)
    {
        _columns = columns;
        _handle = LibMariaDb.InitStatement(connection);
        byte[] text = Encoding.UTF8.GetBytes(sql);
        fixed (byte* start = text)
        {
            if (LibMariaDb.Prepare(_handle, start, new CULong((uint)text.Length)) != 0)
            {
                MySqlError error = GetError();
                LibMariaDb.CloseStatement(_handle);
                throw error;
            }
        }

        int count = columns.Length;
        _results = (Bind*)NativeMemory.AllocZeroed((nuint)count + 1, (nuint)sizeof(Bind));
        _buffers = (byte*)NativeMemory.Alloc((nuint)(count * TextBuffer) + 1);
        _lengths = (CULong*)NativeMemory.AllocZeroed((nuint)count + 1, (nuint)sizeof(CULong));
        _nulls = (byte*)NativeMemory.AllocZeroed((nuint)count + 1);
        for (int i = 0; i < count; i++)
        {
            _results[i] = new Bind
            {
                Type = columns[i] == 'n' ? BindType.Number : BindType.Text,
                Buffer = _buffers + (i * TextBuffer),
                BufferLength = new CULong(columns[i] == 'n' ? sizeof(long) : (uint)TextBuffer),
                Length = _lengths + i,
                IsNull = _nulls + i,
            };
        }
    }

    /// <summary>How many rows the last execution changed; a row that an upsert replaced counts twice.</summary>
    public long AffectedRows => (long)LibMariaDb.GetAffectedRows(_handle);

    /// <summary>Executes the statement; <see cref="Read"/> goes on from there if it has a result.</summary>
    /// <param name="values">A value for each question mark: text, a 32-bit or 64-bit number, or null.</param>
    public void Execute(params object?[] values)
    {
        int size = 0;
        foreach (object? value in values)
        {
            size += value is string text ? Align(Encoding.UTF8.GetByteCount(text)) : sizeof(long);
        }

        var binds = (Bind*)NativeMemory.AllocZeroed((nuint)values.Length + 1, (nuint)sizeof(Bind));
        var lengths = (CULong*)NativeMemory.Alloc((nuint)values.Length + 1, (nuint)sizeof(CULong));
        byte* buffer = (byte*)NativeMemory.Alloc((nuint)size + 1);
        try
        {
            FillBinds(values, binds, lengths, buffer, size);
            Check(LibMariaDb.BindParameters(_handle, binds));
            Check(LibMariaDb.Execute(_handle));
            if (_columns.Length > 0)
            {
                Check(LibMariaDb.BindResult(_handle, _results));
            }
        }
        finally
        {
            NativeMemory.Free(binds);
            NativeMemory.Free(lengths);
            NativeMemory.Free(buffer);
        }
    }

    /// <summary>Goes to the next row; false behind the last, when the connection is free for other statements again.</summary>
    public bool Read()
    {
        int state = LibMariaDb.Fetch(_handle);
        if (state is 0 or Truncated)
        {
            return true;
        }

        if (state != NoData)
        {
            throw GetError();
        }

        LibMariaDb.FreeResult(_handle);
        return false;
    }

    /// <summary>A number of the current row; 0 for NULL.</summary>
    public long GetNumber(int column) => _nulls[column] != 0 ? 0 : *(long*)_results[column].Buffer;

    /// <summary>A text of the current row; empty for NULL.</summary>
    public string GetText(int column)
    {
        if (_nulls[column] != 0)
        {
            return "";
        }

        int length = checked((int)_lengths[column].Value);
        if (length <= TextBuffer)
        {
            return Encoding.UTF8.GetString((byte*)_results[column].Buffer, length);
        }

        byte[] longer = GC.AllocateUninitializedArray<byte>(length);
        fixed (byte* start = longer)
        {
            CULong read = default;
            byte isNull = 0;
            var bind = new Bind { Type = BindType.Text, Buffer = start, BufferLength = new CULong((uint)length), Length = &read, IsNull = &isNull };
            Check(LibMariaDb.FetchColumn(_handle, &bind, (uint)column, new CULong(0)));
        }

        return Encoding.UTF8.GetString(longer);
    }

    /// <summary>Leaves the rest of a result unread.</summary>
    public void Leave() => LibMariaDb.FreeResult(_handle);

    /// <inheritdoc/>
    public void Dispose()
    {
        LibMariaDb.CloseStatement(_handle);
        NativeMemory.Free(_results);
        NativeMemory.Free(_buffers);
        NativeMemory.Free(_lengths);
        NativeMemory.Free(_nulls);
    }

    private static void FillBinds(object?[] values, Bind* binds, CULong* lengths, byte* buffer, int size)
    {
        byte* next = buffer;
        for (int i = 0; i < values.Length; i++)
        {
            switch (values[i])
            {
                case null:
                    binds[i].Type = BindType.Null;
                    continue;
                case string text:
                    int length = Encoding.UTF8.GetBytes(text, new Span<byte>(next, size - (int)(next - buffer)));
                    lengths[i] = new CULong((uint)length);
                    binds[i].Type = BindType.Text;
                    binds[i].Length = lengths + i;
                    binds[i].BufferLength = lengths[i];
                    binds[i].Buffer = next;
                    next += Align(length);
                    break;
                default:
                    *(long*)next = Convert.ToInt64(values[i], CultureInfo.InvariantCulture);
                    binds[i].Type = BindType.Number;
                    binds[i].Buffer = next;
                    next += sizeof(long);
                    break;
            }
        }
    }

    private static int Align(int size) => checked(size + sizeof(long) - 1) & -sizeof(long);

    private void Check(int result)
    {
        if (result != 0)
        {
            throw GetError();
        }
    }

    private MySqlError GetError() =>
        new((int)LibMariaDb.GetStatementError(_handle), Marshal.PtrToStringUTF8(LibMariaDb.GetStatementMessage(_handle)) ?? "");
}
