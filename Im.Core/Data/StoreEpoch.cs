using Npgsql;

namespace Im.Core.Data;

/// <summary>
/// The life of the store: a client's cursors are worth something only in the one they are of. It is made anew where the database stands in another place than it did, as after the restore of a
/// dump, a recovery to a point in time or the promotion of a standby: what was stored last may be missing, and its numbers are given again. A disk that was put back to a snapshot of itself is in
/// the same place: of that whoever does it tells (docs/guarantees.md).
/// </summary>
public sealed class StoreEpoch
{
    private const string PlaceSql = "SELECT left(pg_walfile_name(pg_current_wal_lsn()), 8), oid::text FROM pg_database WHERE datname = current_database()";

    private const string ClusterSql = "SELECT system_identifier::text FROM pg_control_system()";

    // Of nodes that start at once the first makes it; the others wait for the row and find the new place.
    private const string MoveSql = "UPDATE installation SET epoch = CASE WHEN home IS NULL THEN epoch ELSE gen_random_uuid() END, home = $1 WHERE home IS DISTINCT FROM $1";

    private readonly StoreReader _reader;

    internal StoreEpoch(StoreReader reader) => _reader = reader;

    /// <summary>A standby was promoted. Handlers return at once and do not throw.</summary>
    public event Action? MayHaveChanged
    {
        add => TimelineFence.OfProcess.Raised += value;
        remove => TimelineFence.OfProcess.Raised -= value;
    }

    /// <summary>Empty until it was read.</summary>
    public string Current { get; private set; } = "";

    /// <summary>The timeline it is of.</summary>
    public int Timeline { get; private set; }

    /// <summary>Reads it; makes it anew where the database stands in another place.</summary>
    /// <exception cref="StoreUnavailableException"/>
    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        var cluster = await ReadClusterAsync(cancellationToken);
        var (timeline, database) = await _reader.QueryAsync(
            PlaceSql, [], async rows => await rows.ReadAsync() ? (TimelineFence.Parse(rows.GetString(0)), rows.GetString(1)) : throw new InvalidOperationException("The database has no name."), cancellationToken);
        await _reader.QueryAsync(MoveSql, [$"{cluster}/{timeline}/{database}"], rows => rows.ReadAsync(), cancellationToken);
        Current = await ReadTextAsync("SELECT replace(epoch::text, '-', '') FROM installation", cancellationToken);
        Timeline = timeline;
    }

    /// <summary>The store went back although its place is the same. Of nodes that see it at once the first one makes the epoch anew.</summary>
    /// <exception cref="StoreUnavailableException"/>
    public async Task RenewAsync(CancellationToken cancellationToken)
    {
        await _reader.QueryAsync("UPDATE installation SET epoch = gen_random_uuid() WHERE replace(epoch::text, '-', '') = $1", [Current], rows => rows.ReadAsync(), cancellationToken);
        await ReadAsync(cancellationToken);
    }

    // A role that may not ask knows its database alone.
    private async Task<string> ReadClusterAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await ReadTextAsync(ClusterSql, cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            return "";
        }
    }

    private Task<string> ReadTextAsync(string sql, CancellationToken cancellationToken) =>
        _reader.QueryAsync(sql, [], async rows => await rows.ReadAsync() ? rows.GetString(0) : throw new InvalidOperationException($"No row: {sql}"), cancellationToken);
}
