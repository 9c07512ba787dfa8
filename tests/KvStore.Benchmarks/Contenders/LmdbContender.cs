// LMDB, the quickest of the embedded stores: its reads copy nothing, its writes append no log.
using System.Runtime.InteropServices;
using System.Text;

namespace KvStore.Benchmarks;

/// <summary>LMDB by its C library (Debian's package liblmdb0), each commit synchronous.</summary>
internal sealed unsafe class LmdbContender : IContender
{
    private const string Library = "liblmdb.so.0";
    private const uint ReadOnly = 0x20000;

    private readonly BenchmarkData _data;
    private readonly nint _environment;
    private readonly uint _database;
    private readonly nint _reader;

    public LmdbContender(string folder, BenchmarkData data)
    {
        _data = data;
        Directory.CreateDirectory(folder);
        Check(mdb_env_create(out _environment));
        Check(mdb_env_set_mapsize(_environment, (nint)4 << 30));
        Check(mdb_env_open(_environment, folder, 0, 0x180));
        Check(mdb_txn_begin(_environment, 0, 0, out nint transaction));
        Check(mdb_dbi_open(transaction, null, 0, out _database));
        Check(mdb_txn_commit(transaction));
        Check(mdb_txn_begin(_environment, 0, ReadOnly, out _reader));
        mdb_txn_reset(_reader);
    }

    /// <summary>Whether the library is installed.</summary>
    public static bool IsThere { get; } = NativeLibrary.TryLoad(Library, out _);

    public double Get(int first, int count) => Watch.Time(() =>
    {
        int found = 0;
        Span<byte> bytes = stackalloc byte[BenchmarkData.KeySize];
        for (int i = first; i < first + count; i++)
        {
            Encoding.UTF8.GetBytes(_data.Shuffled[i], bytes);
            fixed (byte* start = bytes)
            {
                // A transaction for each get, so that it sees the newest commit.
                Check(mdb_txn_renew(_reader));
                var key = new Value { Size = bytes.Length, Start = start };
                Check(mdb_get(_reader, _database, ref key, out Value value));
                found += Encoding.UTF8.GetString(value.Start, (int)value.Size).Length == BenchmarkData.ValueSize ? 1 : 0;
                mdb_txn_reset(_reader);
            }
        }

        Watch.Expect(count, found);
    });

    public double Put(int first, int count, int turn) => Watch.Time(() =>
    {
        for (int i = 0; i < count; i++)
        {
            Write(first + i, 1, turn);
        }
    });

    public double Load(int first, int count, int turn) => Watch.Time(() => Write(first, count, turn));

    public double Scan() => Watch.Time(() =>
    {
        Check(mdb_txn_renew(_reader));
        Check(mdb_cursor_open(_reader, _database, out nint cursor));
        int found = 0;
        const int Next = 8;
        while (mdb_cursor_get(cursor, out Value key, out Value value, Next) == 0)
        {
            string text = Encoding.UTF8.GetString(key.Start, (int)key.Size);
            found += text.Length == BenchmarkData.KeySize && Encoding.UTF8.GetString(value.Start, (int)value.Size).Length == BenchmarkData.ValueSize ? 1 : 0;
        }

        mdb_cursor_close(cursor);
        mdb_txn_reset(_reader);
        Watch.Expect(_data.Keys.Length, found);
    });

    public void Clear()
    {
        Check(mdb_txn_begin(_environment, 0, 0, out nint transaction));
        Check(mdb_drop(transaction, _database, 0));
        Check(mdb_txn_commit(transaction));
    }

    public void Dispose()
    {
        mdb_txn_abort(_reader);
        mdb_env_close(_environment);
    }

    private void Write(int first, int count, int turn)
    {
        Check(mdb_txn_begin(_environment, 0, 0, out nint transaction));
        for (int i = 0; i < count; i++)
        {
            byte[] keyBytes = Encoding.UTF8.GetBytes(_data.Shuffled[first + i]);
            byte[] valueBytes = Encoding.UTF8.GetBytes(_data.GetValue(i, turn));
            fixed (byte* keyStart = keyBytes, valueStart = valueBytes)
            {
                var key = new Value { Size = keyBytes.Length, Start = keyStart };
                var value = new Value { Size = valueBytes.Length, Start = valueStart };
                Check(mdb_put(transaction, _database, ref key, ref value, 0));
            }
        }

        Check(mdb_txn_commit(transaction));
    }

    private static void Check(int code)
    {
        if (code != 0)
        {
            throw new InvalidOperationException($"LMDB failed with {code}.");
        }
    }

    private struct Value
    {
        public nint Size;
        public byte* Start;
    }

#pragma warning disable SYSLIB1054, CA2101 // Plain imports: all text is ASCII.
    [DllImport(Library)]
    private static extern int mdb_env_create(out nint environment);

    [DllImport(Library)]
    private static extern int mdb_env_set_mapsize(nint environment, nint size);

    [DllImport(Library)]
    private static extern int mdb_env_open(nint environment, string path, uint flags, uint mode);

    [DllImport(Library)]
    private static extern void mdb_env_close(nint environment);

    [DllImport(Library)]
    private static extern int mdb_txn_begin(nint environment, nint parent, uint flags, out nint transaction);

    [DllImport(Library)]
    private static extern int mdb_txn_renew(nint transaction);

    [DllImport(Library)]
    private static extern void mdb_txn_reset(nint transaction);

    [DllImport(Library)]
    private static extern int mdb_txn_commit(nint transaction);

    [DllImport(Library)]
    private static extern void mdb_txn_abort(nint transaction);

    [DllImport(Library)]
    private static extern int mdb_dbi_open(nint transaction, string? name, uint flags, out uint database);

    [DllImport(Library)]
    private static extern int mdb_drop(nint transaction, uint database, int deletes);

    [DllImport(Library)]
    private static extern int mdb_get(nint transaction, uint database, ref Value key, out Value value);

    [DllImport(Library)]
    private static extern int mdb_put(nint transaction, uint database, ref Value key, ref Value value, uint flags);

    [DllImport(Library)]
    private static extern int mdb_cursor_open(nint transaction, uint database, out nint cursor);

    [DllImport(Library)]
    private static extern int mdb_cursor_get(nint cursor, out Value key, out Value value, int operation);

    [DllImport(Library)]
    private static extern void mdb_cursor_close(nint cursor);
#pragma warning restore SYSLIB1054, CA2101
}
