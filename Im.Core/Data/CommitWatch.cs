using Npgsql;

namespace Im.Core.Data;

/// <summary>
/// Notices a commit that gave up waiting for its standby, as when somebody cancels it: Postgres says that it is done, and in a warning alone that no standby may have it. Such a commit was made, and the next failover may lose it, so
/// nobody is told that it is durable.
/// </summary>
internal sealed class CommitWatch
{
    private volatile bool _isUnconfirmed;

    public CommitWatch(NpgsqlConnection connection) => connection.Notice += (_, told) => _isUnconfirmed |= IsUnconfirmed(told.Notice);

    /// <summary>After the commit, once its answer was read to the end.</summary>
    /// <exception cref="TimeoutException">It may be stored.</exception>
    public void ThrowIfUnconfirmed()
    {
        if (!_isUnconfirmed)
            return;
        _isUnconfirmed = false;
        throw new TimeoutException("The commit was not confirmed by a standby.");
    }

    // Also any other warning without a class of its own: none is expected of our statements. An administrator who ends the connection is the other one.
    private static bool IsUnconfirmed(PostgresNotice notice) => notice is { InvariantSeverity: "WARNING", SqlState: "01000" or PostgresErrorCodes.AdminShutdown };
}
