// The structures and numbers of MariaDB Connector/C's headers (mysql.h, mariadb_stmt.h, mariadb_com.h), under names that say what they are.
using System.Runtime.InteropServices;

namespace KvStore.Storage.MySql.Client;

/// <summary>MYSQL_BIND: where a parameter or a column of a prepared statement lies.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Bind
{
    public CULong* Length;
    public byte* IsNull;
    public void* Buffer;
    public byte* Error;
    private readonly void* _row;
    private readonly void* _store;
    private readonly void* _fetch;
    private readonly void* _skip;
    public CULong BufferLength;
    private readonly CULong _offset;
    private readonly CULong _lengthValue;
    private readonly uint _flags;
    private readonly uint _packLength;
    public BindType Type;
    private readonly byte _errorValue;
    private readonly byte _isUnsigned;
    private readonly byte _longDataUsed;
    private readonly byte _isNullValue;
    private readonly void* _extension;
}

/// <summary>enum_field_types, as far as it is used.</summary>
internal enum BindType
{
    /// <summary>MYSQL_TYPE_NULL.</summary>
    Null = 6,

    /// <summary>MYSQL_TYPE_LONGLONG.</summary>
    Number = 8,

    /// <summary>MYSQL_TYPE_VAR_STRING.</summary>
    Text = 253,
}

/// <summary>mysql_option, as far as it is used.</summary>
internal enum Option
{
    ConnectTimeout = 0,
    CharacterSet = 7,
    ReadTimeout = 11,
    WriteTimeout = 12,
    VerifyCertificate = 21,
    Key = 25,
    Certificate = 26,
    Authorities = 27,
    EnforceTls = 38,
}
