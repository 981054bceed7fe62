using Im.Protocol;
using Npgsql;
using NpgsqlTypes;

namespace Im.Bench.Peers;

/// <summary>Conversations with a past, copied into Postgres as the product would have written them.</summary>
internal static class ImHistory
{
    // A transaction of before the nodes started: to them this is no news.
    private const ulong LongAgo = 3;

    private const string Text = "a line as people write them, written some time ago and read again";

    /// <summary>Each pair of people gets a direct conversation with so many messages of the first one.</summary>
    /// <param name="text">What each says; then they are a second apart, and all pairs talk at once.</param>
    public static async Task FillAsync(NpgsqlDataSource source, IEnumerable<(Guid One, Guid Other)> pairs, int messages, CancellationToken cancellationToken, Func<string>? text = null)
    {
        var all = pairs.ToArray();
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        var isLog = await HasEventsAsync(connection, cancellationToken);
        await CopyAsync($"conversations (id, kind, last_seq, {(isLog ? "last_line, " : "")}last_message_at)", all, async (copy, pair) =>
        {
            await copy.WriteAsync(IdOf(pair), NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync((short)1, NpgsqlDbType.Smallint, cancellationToken);
            await copy.WriteAsync((long)messages, NpgsqlDbType.Bigint, cancellationToken);
            if (isLog)
                await copy.WriteAsync((long)messages, NpgsqlDbType.Bigint, cancellationToken);
            await copy.WriteAsync(DateTime.UtcNow, NpgsqlDbType.TimestampTz, cancellationToken);
        });
        await CopyAsync($"members (conversation_id, user_id, peer_id, {(isLog ? "read_line" : "read_seq")})", all.SelectMany(pair => ((Guid, Guid)[])[pair, (pair.Other, pair.One)]), async (copy, pair) =>
        {
            await copy.WriteAsync(IdOf(pair), NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(pair.Item1, NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(pair.Item2, NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(0L, NpgsqlDbType.Bigint, cancellationToken);
        });
        var numbers = Enumerable.Range(1, messages);
        var rows = text is null ? all.SelectMany(pair => numbers.Select(seq => (pair, seq))) : numbers.SelectMany(seq => all.Select(pair => (pair, seq)));
        await CopyAsync(isLog ? "events (conversation_id, seq, line, kind, sender_id, sender_nickname, client_id, content, at, node, tx)" : "messages (conversation_id, seq, sender_id, sender_nickname, client_id, body, at, node, tx)",
            rows, async (copy, row) =>
        {
            await copy.WriteAsync(IdOf(row.pair), NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync((long)row.seq, NpgsqlDbType.Bigint, cancellationToken);
            if (isLog)
            {
                await copy.WriteAsync((long)row.seq, NpgsqlDbType.Bigint, cancellationToken);
                await copy.WriteAsync((short)1, NpgsqlDbType.Smallint, cancellationToken);
            }
            await copy.WriteAsync(row.pair.One, NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync("somebody", NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(Guid.NewGuid().ToString(), NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(isLog ? $$"""{"text":"{{text?.Invoke() ?? Text}}"}""" : Text, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(text is null ? DateTime.UtcNow : DateTime.UtcNow.AddSeconds(row.seq - messages), NpgsqlDbType.TimestampTz, cancellationToken);
            await copy.WriteAsync("realtime-1", NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(LongAgo, NpgsqlDbType.Xid8, cancellationToken);
        });
        // What autovacuum would have done long ago.
        await using var analyze = new NpgsqlCommand($"VACUUM (ANALYZE) conversations, members, {(isLog ? "events" : "messages")}", connection);
        await analyze.ExecuteNonQueryAsync(cancellationToken);

        async Task CopyAsync<T>(string table, IEnumerable<T> rows, Func<NpgsqlBinaryImporter, T, Task> write)
        {
            await using var copy = await connection.BeginBinaryImportAsync($"COPY {table} FROM STDIN (FORMAT binary)", cancellationToken);
            foreach (var row in rows)
            {
                await copy.StartRowAsync(cancellationToken);
                await write(copy, row);
            }
            await copy.CompleteAsync(cancellationToken);
        }
    }

    /// <summary>Every fifth message of the pair's conversation gets a reaction; nothing in a build that has none.</summary>
    public static async Task MarkAsync(NpgsqlDataSource source, (Guid One, Guid Other) pair, int messages, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        if (!await HasEventsAsync(connection, cancellationToken))
            return;
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO events (conversation_id, seq, kind, target, effect, slot, sender_id, sender_nickname, client_id, content, at, node, tx)
            SELECT $1, $3 + n, 4, 5 * n, 1, $2::text, $2, 'somebody', gen_random_uuid()::text, '{"keys":["+"]}', now(), 'realtime-1', $4 FROM generate_series(1, $3 / 5) n
            """, connection) { Parameters = { new() { Value = IdOf(pair) }, new() { Value = pair.Other }, new() { Value = messages }, new() { Value = LongAgo, NpgsqlDbType = NpgsqlDbType.Xid8 } } };
        await command.ExecuteNonQueryAsync(cancellationToken);
        await using var rest = new NpgsqlCommand("UPDATE conversations SET last_seq = last_seq + $2 / 5 WHERE id = $1", connection) { Parameters = { new() { Value = IdOf(pair) }, new() { Value = messages } } };
        await rest.ExecuteNonQueryAsync(cancellationToken);
        await using var analyze = new NpgsqlCommand("VACUUM (ANALYZE) events", connection);
        await analyze.ExecuteNonQueryAsync(cancellationToken);
    }

    // A build that is compared with may be older than the log of events.
    private static async Task<bool> HasEventsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var question = new NpgsqlCommand("SELECT to_regclass('events') IS NOT NULL", connection);
        return (bool)(await question.ExecuteScalarAsync(cancellationToken))!;
    }

    private static Guid IdOf((Guid One, Guid Other) pair) => ConversationId.Direct(pair.One, pair.Other).Value;
}
