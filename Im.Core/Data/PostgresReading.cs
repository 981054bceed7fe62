using Npgsql;

namespace Im.Core.Data;

internal static class PostgresReading
{
    public static long GetUnixMilliseconds(this NpgsqlDataReader reader, int ordinal) => new DateTimeOffset(reader.GetDateTime(ordinal)).ToUnixTimeMilliseconds();
}
