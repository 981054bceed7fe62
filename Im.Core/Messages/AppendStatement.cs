using Im.Core.Data;
using Npgsql;
using NpgsqlTypes;

namespace Im.Core.Messages;

/// <summary>
/// Stores a batch with one statement, which is its own transaction: one round trip, no client between lock and commit (a node that freezes holds no lock), and when it
/// fails no sequence is used up. Belongs to one connection and one caller at a time.
/// </summary>
internal sealed class AppendStatement : IAsyncDisposable
{
    // Planned once: planning took longer than executing, and Postgres by itself planned each batch anew. By index, because that one plan is made while the tables are empty.
    // The pool takes the settings back with the connection.
    // The trigger that binds a file to its line is told by a setting how many bytes of files a conversation may have.
    private const string Settings = "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET jit = off";

    private readonly NpgsqlConnection _connection;
    private readonly AppendLines _lines;
    private readonly AppendAny _any;
    private readonly CommitWatch _watch;
    private readonly string _cluster;
    private readonly int _raises;
    private Task _running = Task.CompletedTask;

    private AppendStatement(NpgsqlConnection connection)
    {
        (_connection, _lines, _any, _watch) = (connection, new(connection), new(connection), new(connection));
        _cluster = TimelineFence.OfProcess.ClusterOf(connection);
        _raises = TimelineFence.OfProcess.RaisesOf(_cluster);
    }

    /// <summary>A standby was promoted since it was opened: it may be connected to the former primary.</summary>
    public bool IsOutdated => _raises != TimelineFence.OfProcess.RaisesOf(_cluster);

    public static async Task<AppendStatement> OpenAsync(NpgsqlDataSource source, long maxFileBytes)
    {
        AppendStatement statement;
        for (; ; await statement.DisposeAsync())
        {
            var raises = TimelineFence.OfProcess.Raises;
            statement = new(await source.OpenConnectionAsync());
            if (raises == TimelineFence.OfProcess.Raises)
                break;
        }
        try
        {
            await statement.SetUpAsync(maxFileBytes);
            return statement;
        }
        catch
        {
            await statement.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stores the batch, all or nothing. Returns only what is committed, in the order of <paramref name="batch"/>; null for a message from or to somebody who has no account.</summary>
    /// <param name="isNew">Nothing of it is known to be stored already: then that fails as a conflict, and with false the same batch does not.</param>
    /// <exception cref="TimeoutException">No answer came in time, or no standby confirmed it: it may be stored or not, now or later. All that is left to do with this object is to dispose it.</exception>
    public Task<AppendResult?[]> ExecuteAsync(IReadOnlyList<PendingAppend> batch, bool isNew = true)
    {
        var running = RunAsync(batch, isNew);
        _running = running;
        return running.WaitAsync(ImDataSource.AnswerTimeout);
    }

    private Task SetUpAsync(long maxFileBytes)
    {
        _running = ExecuteAsync();
        return _running.WaitAsync(ImDataSource.AnswerTimeout);

        async Task ExecuteAsync()
        {
            await using var settings = new NpgsqlCommand($"{Settings}; SET im.conversation_file_bytes = {maxFileBytes}", _connection);
            await settings.ExecuteNonQueryAsync();
        }
    }

    private async Task<AppendResult?[]> RunAsync(IReadOnlyList<PendingAppend> batch, bool isNew)
    {
        var results = isNew ? await _lines.ExecuteAsync(batch) : null;
        results ??= await _any.ExecuteAsync(batch);
        _watch.ThrowIfUnconfirmed();
        return IsOutdated ? throw new TimeoutException("A standby was promoted meanwhile: it may have been stored by the former primary alone.") : results;
    }

    /// <summary>Gives the connection back, at once, or when what it still waits for has come or failed.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_running.IsCompleted)
            await CloseAsync();
        else
            _ = _running.ContinueWith(_ => CloseAsync(), TaskScheduler.Default);
    }

    private async Task CloseAsync()
    {
        try
        {
            await _lines.DisposeAsync();
            await _any.DisposeAsync();
            await _connection.DisposeAsync();
        }
        catch (NpgsqlException)
        {
            // It broke; there is nothing to give back.
        }
    }
}

internal static class ArrayParameters
{
    /// <summary>The next parameter: the list, as it is when the command is executed.</summary>
    public static void AddArray<T>(this NpgsqlCommand command, List<T> values, NpgsqlDbType type) =>
        command.Parameters.Add(new NpgsqlParameter<List<T>> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type });

    /// <summary>Empties the lists of all parameters, for the next batch.</summary>
    public static void ClearArrays(this NpgsqlCommand command)
    {
        foreach (NpgsqlParameter parameter in command.Parameters)
            ((System.Collections.IList)parameter.Value!).Clear();
    }
}
