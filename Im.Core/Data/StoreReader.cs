using Npgsql;
using NpgsqlTypes;

namespace Im.Core.Data;

/// <summary>Runs the stores' queries, prepared and bounded in time, and translates what goes wrong.</summary>
internal sealed class StoreReader(ImDataSource data)
{
    /// <summary>Runs the query and hands the open reader to <paramref name="read"/>. Asks again, once, where a connection turns out to have died since its last use.</summary>
    /// <exception cref="StoreUnavailableException"/>
    public async Task<T> QueryAsync<T>(string sql, object[] parameters, Func<NpgsqlDataReader, Task<T>> read, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await RunAsync(sql, parameters, read).WaitAsync(ImDataSource.AnswerTimeout, cancellationToken);
            }
            catch (Exception exception) when (PostgresFailures.Classify(exception) is var failure and (PostgresFailure.Away or PostgresFailure.TimedOut))
            {
                if (failure == PostgresFailure.TimedOut || attempt == 2)
                    throw new StoreUnavailableException(exception);
                // The others in the pool were opened to the same server and are likely dead too.
                data.Source.Clear();
            }
        }
    }

    public static NpgsqlCommand CommandFor(NpgsqlConnection connection, string sql, object[] parameters)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in parameters)
            command.Parameters.Add(value is NpgsqlParameter typed ? typed.Clone() : value is ulong transaction ? new() { Value = transaction, NpgsqlDbType = NpgsqlDbType.Xid8 } : new() { Value = value });
        return command;
    }

    private async Task<T> RunAsync<T>(string sql, object[] parameters, Func<NpgsqlDataReader, Task<T>> read)
    {
        await using var connection = await data.Source.OpenConnectionAsync();
        var watch = new CommitWatch(connection);
        await using var command = CommandFor(connection, sql, parameters);
        // Costs a round trip once for each connection and query. Not by Npgsql itself ("Max Auto Prepare"): there a statement that fails while
        // being prepared leaves its connection out of step with the server (npgsql#6391).
        await command.PrepareAsync();
        T result;
        await using (var reader = await command.ExecuteReaderAsync())
            result = await read(reader);
        watch.ThrowIfUnconfirmed();
        return result;
    }
}

public sealed class StoreUnavailableException(Exception inner) : Exception("The database could not be reached.", inner);
