using Im.Protocol;
using Npgsql;

namespace Im.Tests.Client;

/// <summary>Messages put into Postgres beside the nodes, as many as a test could not send in time. For a direct conversation that no node has heard of since it started.</summary>
internal static class StoredBacklog
{
    /// <summary>The nodes look once a second for what the bus did not bring, and would bring all of it, in order, to a reader who has come meanwhile.</summary>
    private static readonly TimeSpan SweepIsOver = TimeSpan.FromSeconds(2);

    /// <summary>Adds <paramref name="count"/> messages of <paramref name="writer"/> to the direct conversation with <paramref name="reader"/>, who is not there, and lets the nodes see it.</summary>
    /// <param name="database">The connection string of the nodes' database.</param>
    public static async Task AddAsync(string database, UserInfo writer, Guid reader, int count)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand("""
            WITH head AS (
                INSERT INTO conversations AS c (id, kind, last_seq, last_line, last_message_at) VALUES ($1, 1, $5, $5, now())
                ON CONFLICT (id) DO UPDATE SET last_seq = c.last_seq + $5, last_line = c.last_line + $5 RETURNING last_seq
            ), member AS (
                INSERT INTO members (conversation_id, user_id, peer_id, read_line) VALUES ($1, $2, $3, 0), ($1, $3, $2, 0) ON CONFLICT DO NOTHING
            )
            INSERT INTO events (conversation_id, seq, line, kind, sender_id, sender_nickname, client_id, content, at, node)
            SELECT $1, last_seq - $5 + g, last_seq - $5 + g, 1, $2, $4, gen_random_uuid()::text, '{"text":"stored ' || g || '"}', now(), 'realtime' FROM head, generate_series(1, $5) g
            """);
        object[] values = [ConversationId.Direct(writer.Id, reader).Value, writer.Id, reader, writer.Nickname, count];
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        Assert.Equal(count, await command.ExecuteNonQueryAsync());
        await Task.Delay(SweepIsOver);
    }
}
