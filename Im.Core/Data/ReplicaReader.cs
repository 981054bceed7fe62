using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Im.Core.Data;

/// <summary>
/// Queries that may be answered by a replica: pages, lists, searches. The connection string <c>im-read</c> names the replicas; without it the primary answers everything. No answer is older than its question: the primary is asked how far its log
/// has come, once for all who ask at the same moment, and the replica answers if it has come as far. Else, and where it is away, the primary does.
/// </summary>
internal sealed class ReplicaReader : IAsyncDisposable
{
    public const string ConnectionName = "im-read";

    /// <summary>A replica that follows is this far behind at most. One that is farther behind, or failed, is left alone for as long as the other two say.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50), RestWhenBehind = TimeSpan.FromSeconds(1), RestAfterFailure = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(5), AnswerTimeout = TimeSpan.FromSeconds(2);

    // What is on disk is what may have been answered to somebody. "home" has the timeline: a replica that did not follow a promotion never has the new one's, however long its own log is.
    private const string PositionSql = """
        SELECT q.id, pg_current_wal_flush_lsn()::text, coalesce(i.home, ''), left(pg_walfile_name(pg_current_wal_lsn()), 8) FROM unnest($1) q (id) CROSS JOIN installation i
        """;

    private const string IsThereSql = "SELECT pg_is_in_recovery() AND pg_last_wal_replay_lsn() >= $1::pg_lsn AND home = $2 FROM installation";

    private readonly GatheredQuery<Position> _position;
    private readonly StoreReader _primary;
    private readonly TimeProvider _time;
    private readonly NpgsqlDataSource? _source;
    private long _restsUntil;
    private int _answers;

    public ReplicaReader(StoreReader primary, IConfiguration configuration, ILoggerFactory loggers, TimeProvider time)
    {
        (_primary, _time) = (primary, time);
        _position = new(primary, PositionSql, row => new(row.GetString(1), row.GetString(2), TimelineFence.Parse(row.GetString(3))));
        if (configuration.GetConnectionString(ConnectionName) is not { Length: > 0 } connectionString)
            return;
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        builder.UseLoggerFactory(loggers);
        builder.ConfigureSpans().ConfigureHosts(primary: false);
        var settings = builder.ConnectionStringBuilder;
        settings.Timeout = 2;
        settings.CommandTimeout = 15;
        settings.CancellationTimeout = -1;
        settings.MaxPoolSize = 16;
        settings.ApplicationName ??= "im-read";
        _source = builder.Build();
    }

    /// <summary>Answers given by replicas.</summary>
    internal int Answers => Volatile.Read(ref _answers);

    /// <summary>As <see cref="StoreReader.QueryAsync"/>. The query only reads; <paramref name="read"/> may be called twice.</summary>
    /// <exception cref="StoreUnavailableException"/>
    public async Task<T> QueryAsync<T>(string sql, object[] parameters, Func<NpgsqlDataReader, Task<T>> read, CancellationToken cancellationToken)
    {
        var answer = await TryAsync(async connection =>
        {
            await using var command = StoreReader.CommandFor(connection, sql, parameters);
            await command.PrepareAsync();
            await using var reader = await command.ExecuteReaderAsync();
            return (Value: await read(reader), IsThere: true);
        }, cancellationToken);
        return answer.IsThere ? answer.Value : await _primary.QueryAsync(sql, parameters, read, cancellationToken);
    }

    /// <summary>Gives <paramref name="read"/> a replica that has all there was when it was asked for; default where there is none, or it failed.</summary>
    /// <exception cref="StoreUnavailableException">The primary cannot say how far it is.</exception>
    public async Task<T?> TryAsync<T>(Func<NpgsqlConnection, Task<T>> read, CancellationToken cancellationToken)
    {
        if (_source is null || Stopwatch.GetTimestamp() < Volatile.Read(ref _restsUntil))
            return default;
        if ((await _position.AskAsync(Guid.Empty).WaitAsync(cancellationToken)) is not [var position] || !position.IsRegistered)
            return default;
        try
        {
            return await RunAsync(_source, position, read).WaitAsync(AnswerTimeout, _time, cancellationToken);
        }
        catch (Exception exception) when (PostgresFailures.Classify(exception) is PostgresFailure.Away or PostgresFailure.TimedOut or PostgresFailure.Conflict)
        {
            Rest(RestAfterFailure); // a conflict: it removed what was being read
            return default;
        }
    }

    private async Task<T?> RunAsync<T>(NpgsqlDataSource source, Position position, Func<NpgsqlConnection, Task<T>> read)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using (var isThere = StoreReader.CommandFor(connection, IsThereSql, [position.Log, position.Home]))
        {
            await isThere.PrepareAsync();
            for (var asked = Stopwatch.GetTimestamp(); await isThere.ExecuteScalarAsync() is not true; await Task.Delay(Poll, _time))
                if (Stopwatch.GetElapsedTime(asked) > Patience)
                {
                    Rest(RestWhenBehind);
                    return default;
                }
        }
        var answer = await read(connection);
        Interlocked.Increment(ref _answers);
        return answer;
    }

    private void Rest(TimeSpan time) => Volatile.Write(ref _restsUntil, Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency));

    public ValueTask DisposeAsync() => _source?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <param name="Log">How far it is on disk, as Postgres writes it.</param>
    /// <param name="Home">Where the database is, as a node has last written down (<see cref="StoreEpoch"/>).</param>
    private sealed record Position(string Log, string Home, int Timeline)
    {
        /// <summary>False from a promotion until a node has noticed it.</summary>
        public bool IsRegistered => Home.Split('/') is [_, var timeline, _] && timeline == $"{Timeline}";
    }
}
