using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Im.Core.Data;

/// <summary>
/// Keeps this process from a former primary. Each promotion of a standby begins a new timeline, so a server on an older one than was ever seen of its cluster has been replaced: what is written there is lost.
/// Npgsql connects to such a server without a word once it runs again. So each physical connection is asked once, when it is opened; a statement costs nothing more.
/// </summary>
/// <remarks>One for the process: Entity Framework keeps its connections per process too.</remarks>
internal sealed class TimelineFence
{
    // The name of a WAL file begins with the timeline. pg_control_checkpoint() is behind after a promotion, until the next checkpoint. A standby can tell neither.
    private const string TimelineSql = "SELECT CASE WHEN NOT pg_is_in_recovery() THEN left(pg_walfile_name(pg_current_wal_lsn()), 8) END";

    private const string ClusterSql = $"{TimelineSql}, (SELECT system_identifier::text FROM pg_control_system())";

    private readonly ConcurrentDictionary<string, int> _newest = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string? Host, int Port), string> _clusters = new();
    private readonly ConcurrentDictionary<string, int> _raises = new(StringComparer.Ordinal);
    private int _allRaises;

    public static TimelineFence OfProcess { get; } = new();

    /// <summary>A newer timeline of some cluster was seen: what is connected already may be connected to a former primary. Handlers return at once and do not throw.</summary>
    public event Action? Raised;

    /// <summary>How often <see cref="Raised"/> was.</summary>
    public int Raises => Volatile.Read(ref _allRaises);

    /// <summary>How often it was for one cluster.</summary>
    public int RaisesOf(string cluster) => _raises.GetValueOrDefault(cluster);

    /// <summary>The cluster that an open connection leads to.</summary>
    public string ClusterOf(NpgsqlConnection connection) => _clusters.GetValueOrDefault((connection.Host, connection.Port), "");

    /// <summary>The newest timeline seen of each cluster, by the cluster's system identifier.</summary>
    public IEnumerable<KeyValuePair<string, int>> Newest => _newest;

    /// <summary>Looks at a connection that was just opened.</summary>
    /// <param name="memory">What other processes have seen; asked when this one sees a cluster for the first time.</param>
    /// <exception cref="NpgsqlException">It is a standby, or a former primary. Npgsql then takes the server for away and tries the next one of the connection string.</exception>
    public async Task EnterAsync(NpgsqlConnection connection, ITimelineMemory? memory)
    {
        Activity.Current = null; // no span in the trace of whoever opened it
        var (cluster, timeline) = await ReadAsync(connection);
        _clusters[(connection.Host, connection.Port)] = cluster;
        if (timeline is not { } current)
            throw Refusal($"{connection.Host}:{connection.Port} is a standby.");
        if (memory is not null && !_newest.ContainsKey(cluster))
            Raise(cluster, await memory.FindAsync(cluster));
        Raise(cluster, current);
        if (_newest[cluster] is var newest && current < newest)
            throw Refusal($"{connection.Host}:{connection.Port} is a former primary: it is on timeline {current}, and timeline {newest} was seen.");
    }

    /// <summary>This timeline of the cluster was seen, here or elsewhere.</summary>
    public void Raise(string cluster, int timeline)
    {
        var before = _newest.GetValueOrDefault(cluster);
        if (timeline <= before || _newest.AddOrUpdate(cluster, timeline, (_, known) => Math.Max(known, timeline)) != timeline || before == 0)
            return;
        // First the pools forget what they have: a connection that is given out after the count is not of before.
        Raised?.Invoke();
        Interlocked.Increment(ref _allRaises);
        _raises.AddOrUpdate(cluster, 1, (_, raises) => raises + 1);
    }

    /// <summary>The first eight hexadecimal digits of a WAL file's name.</summary>
    public static int Parse(string digits) => int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static async Task<(string Cluster, int? Timeline)> ReadAsync(NpgsqlConnection connection)
    {
        try
        {
            return await ReadAsync(connection, ClusterSql);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            return await ReadAsync(connection, TimelineSql); // then all clusters are taken for one
        }
    }

    private static async Task<(string, int?)> ReadAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        return (row.FieldCount > 1 ? row.GetString(1) : "", row.IsDBNull(0) ? null : Parse(row.GetString(0)));
    }

    // As of a broken connection: of such a server Npgsql remembers for a while that it is away.
    private static NpgsqlException Refusal(string message) => new(message, new IOException(message));
}

/// <summary>The newest timelines that any process has seen, where they outlive each process.</summary>
internal interface ITimelineMemory
{
    /// <summary>0 where nothing is known, or cannot be asked in a moment. Does not throw.</summary>
    Task<int> FindAsync(string cluster);
}
