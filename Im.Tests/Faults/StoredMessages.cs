using System.Text;
using Im.Protocol;
using Im.Protocol.Kinds;
using Npgsql;

namespace Im.Tests.Faults;

/// <summary>The truth: what stands in the table, read past all of the product's code.</summary>
internal sealed class StoredMessages(string connectionString)
{
    private static readonly string[] Kinds = ["", KindNames.Text, KindNames.Edit, KindNames.Recall, KindNames.Reaction, KindNames.Poll, KindNames.Vote, KindNames.Erasure, KindNames.Member, KindNames.Title]; // by their numbers

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
    public async Task<List<EventFrame>> ReadAsync(IReadOnlyDictionary<ConversationId, long> after)
    {
        const string Sql = """
            SELECT conversation_id, seq, client_id, sender_id, sender_nickname, content, at, node, line, target, effect, slot, kind
            FROM events JOIN unnest($1, $2) AS asked (id, after) ON conversation_id = asked.id AND seq > asked.after
            ORDER BY conversation_id, seq
            """;
        var events = new List<EventFrame>();
        await foreach (var row in QueryAsync(Sql, Ids(after.Keys), after.Values.ToArray()))
            events.Add(new(
                new(row.GetGuid(0)), row.GetInt64(1), Kinds[row.GetInt16(12)], new(row.GetGuid(3), row.GetString(4)), new DateTimeOffset(row.GetDateTime(6)).ToUnixTimeMilliseconds(), row.GetString(7))
            {
                Id = row.GetString(2),
                Content = row.IsDBNull(5) ? null : new(Encoding.UTF8.GetBytes(row.GetString(5))),
                Line = row.IsDBNull(8) ? null : row.GetInt64(8),
                Target = row.IsDBNull(9) ? null : row.GetInt64(9),
                Effect = row.IsDBNull(10) ? null : (EventEffect)row.GetInt16(10),
                Slot = row.IsDBNull(11) ? null : row.GetString(11),
            });
        return events;
    }

    /// <summary>How far each has read.</summary>
    public async Task<Dictionary<(ConversationId Conversation, Guid User), long>> ReadPositionsAsync(IEnumerable<ConversationId> conversations)
    {
        var reads = new Dictionary<(ConversationId, Guid), long>();
        await foreach (var row in QueryAsync("SELECT conversation_id, user_id, read_line FROM members WHERE conversation_id = ANY ($1)", Ids(conversations)))
            reads[(new(row.GetGuid(0)), row.GetGuid(1))] = row.GetInt64(2);
        return reads;
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
