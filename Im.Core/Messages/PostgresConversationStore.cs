using Im.Core.Data;
using Im.Protocol;
using Microsoft.Extensions.Caching.Memory;
using Npgsql;

namespace Im.Core.Messages;

/// <summary>Conversations in Postgres. Who the two of a direct conversation are never changes, and is remembered for the 100,000 asked for last.</summary>
internal sealed class PostgresConversationStore(StoreReader reader) : IConversationStore, IDisposable
{
    private const int MaxRememberedConversations = 100_000;

    private const string ListSql = """
        SELECT c.id, c.last_seq, coalesce(own.read_seq, 0), p.id, p.user_name, p.brief,
               m.seq, m.client_id, m.sender_id, m.sender_nickname, left(m.body, $4), m.at, m.node
        FROM (
            SELECT l.id AS conversation_id, NULL::uuid AS peer_id, (SELECT read_seq FROM members WHERE conversation_id = l.id AND user_id = $1) AS read_seq
            FROM conversations l WHERE l.kind = 0 AND l.id = $2
            UNION ALL (
                SELECT b.conversation_id, b.peer_id, b.read_seq
                FROM members b JOIN conversations d ON d.id = b.conversation_id
                WHERE b.user_id = $1 AND d.kind = 1
                ORDER BY d.last_message_at DESC LIMIT $3
            )
        ) own
        JOIN conversations c ON c.id = own.conversation_id
        LEFT JOIN users p ON p.id = own.peer_id
        LEFT JOIN messages m ON m.conversation_id = c.id AND m.seq = c.last_seq
        ORDER BY c.last_message_at DESC NULLS LAST
        """;

    // In the lobby a reader becomes a member by reading; a direct conversation has its two from the start.
    private const string MarkReadSql = """
        WITH head AS (
            SELECT id, kind, least($3, last_seq) AS seq FROM conversations WHERE id = $1
        ), joined AS (
            INSERT INTO members AS m (conversation_id, user_id, read_seq) SELECT id, $2, seq FROM head WHERE kind = 0
            ON CONFLICT (conversation_id, user_id) DO UPDATE SET read_seq = greatest(m.read_seq, excluded.read_seq)
            RETURNING read_seq
        ), moved AS (
            UPDATE members m SET read_seq = greatest(m.read_seq, head.seq) FROM head
            WHERE head.kind = 1 AND m.conversation_id = head.id AND m.user_id = $2
            RETURNING m.read_seq
        )
        SELECT read_seq FROM joined UNION ALL SELECT read_seq FROM moved
        """;

    private readonly MemoryCache _members = new(new MemoryCacheOptions { SizeLimit = MaxRememberedConversations });

    public async Task<Guid?> FindPeerAsync(ConversationId conversation, Guid userId, CancellationToken cancellationToken = default)
    {
        if (conversation.IsLobby)
            return null;
        if (!_members.TryGetValue(conversation, out (Guid One, Guid Other) members))
        {
            members = await reader.QueryAsync(
                "SELECT user_id, peer_id FROM members WHERE conversation_id = $1 LIMIT 1", [conversation.Value],
                async rows => await rows.ReadAsync() ? (rows.GetGuid(0), rows.GetGuid(1)) : default, cancellationToken);
            if (members == default)
                return null;
            _members.Set(conversation, members, new MemoryCacheEntryOptions { Size = 1 });
        }
        return userId == members.One ? members.Other : userId == members.Other ? members.One : null;
    }

    public Task<IReadOnlyList<ConversationSummary>> ListAsync(Guid? userId, CancellationToken cancellationToken = default) => reader.QueryAsync(
        ListSql, [userId ?? Guid.Empty, ConversationId.Lobby.Value, ProtocolLimits.MaxConversations - 1, ProtocolLimits.MaxPreviewChars],
        async rows =>
        {
            var list = new List<ConversationSummary>();
            while (await rows.ReadAsync())
                list.Add(ReadSummary(rows, userId));
            return (IReadOnlyList<ConversationSummary>)list;
        }, cancellationToken);

    public Task<long> MarkReadAsync(ConversationId conversation, Guid userId, long seq, CancellationToken cancellationToken = default) => reader.QueryAsync(
        MarkReadSql, [conversation.Value, userId, seq],
        async rows => await rows.ReadAsync() ? rows.GetInt64(0) : 0, cancellationToken);

    public void Dispose() => _members.Dispose();

    private static ConversationSummary ReadSummary(NpgsqlDataReader row, Guid? userId)
    {
        var conversation = new ConversationId(row.GetGuid(0));
        var lastSeq = row.GetInt64(1);
        var readSeq = userId is null ? lastSeq : row.GetInt64(2);
        var peer = row.IsDBNull(3) ? null : new UserInfo(row.GetGuid(3), row.GetString(4), row.GetString(5));
        return new(conversation, conversation.IsLobby ? "lobby" : "direct", peer, lastSeq, readSeq, lastSeq - readSeq, ReadLast(row, conversation, userId, peer));
    }

    private static MessageInfo? ReadLast(NpgsqlDataReader row, ConversationId conversation, Guid? userId, UserInfo? peer)
    {
        if (row.IsDBNull(6))
            return null;
        var from = new SenderInfo(row.GetGuid(8), row.GetString(9));
        return new(conversation, row.GetInt64(6), row.GetString(7), from, row.GetString(10), row.GetUnixMilliseconds(11), row.GetString(12))
        {
            To = peer is null ? null : from.Id == userId ? peer.Id : userId,
        };
    }
}
