// Npgsql's positional parameters in the shape that statements are written here: the text, then its values in order.
using Npgsql;
using NpgsqlTypes;

namespace KvStore.Storage.PostgreSql;

/// <summary>Short forms for statements and their values.</summary>
internal static class Statements
{
    /// <summary>Adds the values of <c>$1</c>, <c>$2</c>, … in their order.</summary>
    public static NpgsqlCommand With(this NpgsqlCommand command, params object[] values)
    {
        AddTo(command.Parameters, values);
        return command;
    }

    /// <summary>Adds a statement with the values of <c>$1</c>, <c>$2</c>, … in their order.</summary>
    public static void Add(this NpgsqlBatch batch, string sql, params object[] values)
    {
        var command = new NpgsqlBatchCommand(sql);
        AddTo(command.Parameters, values);
        batch.BatchCommands.Add(command);
    }

    /// <summary>A time as PostgreSQL holds it: to the microsecond, as ours.</summary>
    public static DateTime ToTimestamp(long microseconds) => DateTime.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);

    /// <summary>The microseconds since 1970 of a time.</summary>
    public static long ToMicroseconds(DateTime time) => (time.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    /// <summary>Times as an array, null for 0.</summary>
    public static NpgsqlParameter ToTimestamps(IEnumerable<long> microseconds) => new()
    {
        Value = microseconds.Select(time => time == 0 ? (DateTime?)null : ToTimestamp(time)).ToArray(),
        NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz,
    };

    /// <summary>A time in microseconds since 1970; 0 for null.</summary>
    public static long GetTime(this NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? 0 : ToMicroseconds(reader.GetDateTime(column));

    private static void AddTo(NpgsqlParameterCollection parameters, object[] values)
    {
        foreach (object value in values)
        {
            parameters.Add(value as NpgsqlParameter ?? new NpgsqlParameter { Value = value });
        }
    }
}
