using Im.Protocol;
using Npgsql;

namespace Im.Tests.Faults;

/// <summary>The truth: what stands in the table, read past all of the product's code.</summary>
internal sealed class StoredMessages(string connectionString)
{
    private readonly string _connectionString = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString;

    /// <summary>Each conversation's newest sequence; 0 where nothing was said.</summary>
    public async Task<Dictionary<ConversationId, long>> GetHeadsAsync(IEnumerable<ConversationId> conversations)
    {
        var heads = conversations.ToDictionary(c => c, _ => 0L);
        await foreach (var row in QueryAsync("SELECT conversation_id, max(seq) FROM events WHERE conversation_id = ANY ($1) GROUP BY 1", Ids(heads.Keys)))
            heads[new(row.GetGuid(0))] = row.GetInt64(1);
        return heads;
    }

    /// <summary>What was stored since, in order.</summary>
    public async Task<List<MessageInfo>> ReadAsync(IReadOnlyDictionary<ConversationId, long> after)
    {
        const string Sql = """
            SELECT conversation_id, seq, client_id, sender_id, sender_nickname, content::json->>'text', at, node
            FROM events JOIN unnest($1, $2) AS asked (id, after) ON conversation_id = asked.id AND seq > asked.after
            ORDER BY conversation_id, seq
            """;
        var messages = new List<MessageInfo>();
        await foreach (var row in QueryAsync(Sql, Ids(after.Keys), after.Values.ToArray()))
            messages.Add(new(
                new(row.GetGuid(0)), row.GetInt64(1), row.GetString(2), new(row.GetGuid(3), row.GetString(4)), row.GetString(5),
                new DateTimeOffset(row.GetDateTime(6)).ToUnixTimeMilliseconds(), row.GetString(7)));
        return messages;
    }

    /// <summary>How many rows have this client message id.</summary>
    public async Task<int> CountAsync(string clientId)
    {
        await foreach (var row in QueryAsync("SELECT count(*)::int FROM events WHERE client_id = $1", clientId))
            return row.GetInt32(0);
        return 0;
    }

    /// <summary>Takes the newest message of any direct conversation away that another one has followed.</summary>
    public async Task<(ConversationId Conversation, long Seq)> DeleteOneAsync()
    {
        const string Sql = """
            DELETE FROM events WHERE (conversation_id, seq) = (
                SELECT m.conversation_id, m.seq FROM events m
                WHERE m.conversation_id <> $1 AND EXISTS (SELECT FROM events n WHERE n.conversation_id = m.conversation_id AND n.seq > m.seq)
                ORDER BY m.at DESC LIMIT 1)
            RETURNING conversation_id, seq
            """;
        await foreach (var row in QueryAsync(Sql, ConversationId.Lobby.Value))
            return (new(row.GetGuid(0)), row.GetInt64(1));
        throw new InvalidOperationException("Nobody has talked.");
    }

    private async IAsyncEnumerable<NpgsqlDataReader> QueryAsync(string sql, params object[] parameters)
    {
        await using var connection = new NpgsqlConnection(_connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in parameters)
            command.Parameters.Add(new() { Value = value });
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            yield return reader;
    }

    private static Guid[] Ids(IEnumerable<ConversationId> conversations) => [.. conversations.Select(c => c.Value)];
}
