using Npgsql;

namespace Im.Core.Data;

/// <summary>What a failed statement means for the one who sent it.</summary>
internal enum PostgresFailure
{
    /// <summary>No answer in time: it may have been done, and asking again at once would wait again.</summary>
    TimedOut,

    /// <summary>The connection broke, was refused, or the server cannot work now (starting, stopping, full, read-only): it may have been done.</summary>
    Away,

    /// <summary>Lost a race against another transaction: nothing was done, try again.</summary>
    Conflict,

    /// <summary>A value cannot be stored: nothing was done, and never will be.</summary>
    BadData,

    /// <summary>A fault of ours.</summary>
    Unexpected,
}

internal static class PostgresFailures
{
    private const string IdleInTransactionSessionTimeout = "25P03", TransactionTimeout = "25P04"; // Npgsql has no names for them

    public static PostgresFailure Classify(Exception exception) => exception switch
    {
        PostgresException { SqlState: PostgresErrorCodes.QueryCanceled or TransactionTimeout } => PostgresFailure.TimedOut,
        PostgresException { SqlState: PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.LockNotAvailable } => PostgresFailure.Conflict,
        // Not there (yet), not taking connections, a replica, a commit cut off.
        PostgresException
        {
            SqlState: PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.ObjectNotInPrerequisiteState or PostgresErrorCodes.InvalidCatalogName
                or PostgresErrorCodes.StatementCompletionUnknown or IdleInTransactionSessionTimeout
        } => PostgresFailure.Away,
        // 53 resources (disk_full, out_of_memory, too_many_connections), 57 operator intervention (shutdown, starting), 58 the system (io_error), 08 the connection.
        // Classes of https://www.postgresql.org/docs/current/errcodes-appendix.html
        PostgresException postgres => postgres.SqlState[..2] switch
        {
            "08" or "53" or "57" or "58" => PostgresFailure.Away,
            "22" or "23" => PostgresFailure.BadData,
            _ => PostgresFailure.Unexpected,
        },
        NpgsqlException { InnerException: TimeoutException } or TimeoutException => PostgresFailure.TimedOut,
        NpgsqlException or IOException => PostgresFailure.Away,
        // A connection that broke while somebody held it.
        InvalidOperationException { Source: "Npgsql", Message: var message } when message.Contains("not open", StringComparison.Ordinal) => PostgresFailure.Away,
        _ => PostgresFailure.Unexpected,
    };
}
