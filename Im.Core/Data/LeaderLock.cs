using Npgsql;

namespace Im.Core.Data;

/// <summary>An advisory lock that a connection holds while its process does what one process does for all.</summary>
internal static class LeaderLock
{
    /// <summary>False where another connection holds it.</summary>
    public static async Task<bool> TryTakeAsync(NpgsqlConnection connection, long key, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT pg_try_advisory_lock($1)", connection) { Parameters = { new() { Value = key } } };
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Gives up what the connection holds, and the connection: in the pool it would keep the lock.</summary>
    public static async Task ReleaseAsync(NpgsqlConnection connection)
    {
        try
        {
            await using var command = new NpgsqlCommand("SELECT pg_advisory_unlock_all()", connection);
            await command.ExecuteNonQueryAsync();
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or InvalidOperationException)
        {
        }
        await connection.DisposeAsync();
    }
}
