using Im.Core.Data;
using Im.Protocol;
using Microsoft.Extensions.Caching.Memory;
using Npgsql;
using NpgsqlTypes;

namespace Im.Core.Messages;

/// <summary>Conversations in Postgres. Who the two of a direct conversation are never changes, and is remembered for the 100,000 asked for last.</summary>
internal sealed class PostgresConversationStore(StoreReader reader) : IConversationStore, IDisposable
{
    private const int MaxRememberedConversations = 100_000;

    // $3 is one more than a page has; with a cursor ($5 to $7) the lobby was on the first page.
    private const string ListSql = """
        SELECT c.id, c.last_seq, coalesce(own.read_seq, 0), p.id, p.user_name, p.brief,
               m.seq, m.client_id, m.sender_id, m.sender_nickname, left(m.body, $4), m.at, m.node, own.written, c.last_message_at
        FROM (
            SELECT l.id AS conversation_id, NULL::uuid AS peer_id, s.read_seq, coalesce(s.written, false) AS written
            FROM conversations l LEFT JOIN members s ON s.conversation_id = l.id AND s.user_id = $1
            WHERE l.kind = 0 AND l.id = $2 AND $5::bool IS NULL
            UNION ALL (
                SELECT b.conversation_id, b.peer_id, b.read_seq, b.written
                FROM members b JOIN conversations d ON d.id = b.conversation_id
                WHERE b.user_id = $1 AND d.kind = 1 AND ($5::bool IS NULL OR (b.written, d.last_message_at, d.id) < ($5, $6, $7))
                ORDER BY b.written DESC, d.last_message_at DESC, d.id DESC LIMIT $3
            )
        ) own
        JOIN conversations c ON c.id = own.conversation_id
        LEFT JOIN users p ON p.id = own.peer_id
        LEFT JOIN messages m ON m.conversation_id = c.id AND m.seq = c.last_seq
        ORDER BY own.written DESC, c.last_message_at DESC NULLS LAST, c.id DESC
        """;

    private const string UnreadSql = """
        SELECT coalesce(sum(d.last_seq - b.read_seq), 0)::bigint FROM members b JOIN conversations d ON d.id = b.conversation_id WHERE b.user_id = $1 AND d.kind = 1
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

    public async Task<IReadOnlyList<ConversationSummary>> ListAsync(Guid? userId, CancellationToken cancellationToken = default) =>
        (await ReadPageAsync(userId, null, cancellationToken)).Conversations;

    public async Task<ConversationPage> ListPageAsync(Guid? userId, ConversationCursor? after, CancellationToken cancellationToken = default)
    {
        var (list, next) = await ReadPageAsync(userId, after, cancellationToken);
        if (after is not null)
            return new(list, next, null);
        var direct = userId is not { } user ? 0 : next is null
            ? list.Where(summary => !summary.Conversation.IsLobby).Sum(summary => summary.Unread)
            : await reader.QueryAsync(UnreadSql, [user], async rows => await rows.ReadAsync() ? rows.GetInt64(0) : 0, cancellationToken);
        return new(list, next, direct + list.Where(summary => summary.Conversation.IsLobby).Sum(summary => summary.Unread));
    }

    private Task<(IReadOnlyList<ConversationSummary> Conversations, ConversationCursor? Next)> ReadPageAsync(Guid? userId, ConversationCursor? after, CancellationToken cancellationToken)
    {
        var directs = after is null ? ProtocolLimits.MaxConversations - 1 : ProtocolLimits.MaxConversations;
        return reader.QueryAsync(ListSql,
            [
                userId ?? Guid.Empty, ConversationId.Lobby.Value, directs + 1, ProtocolLimits.MaxPreviewChars,
                Optional(after?.Written, NpgsqlDbType.Boolean), Optional(after is null ? null : TimeOf(after), NpgsqlDbType.TimestampTz), Optional(after?.Conversation.Value, NpgsqlDbType.Uuid),
            ],
            async rows =>
            {
                var (list, found) = (new List<ConversationSummary>(), 0);
                ConversationCursor? last = null;
                while (await rows.ReadAsync())
                {
                    var summary = ReadSummary(rows, userId);
                    if (summary.Conversation.IsLobby)
                        list.Add(summary);
                    else if (++found <= directs)
                    {
                        list.Add(summary);
                        last = new(rows.GetBoolean(13), new DateTimeOffset(rows.GetDateTime(14)).ToUnixMicroseconds(), summary.Conversation);
                    }
                }
                return ((IReadOnlyList<ConversationSummary>)list, found > directs ? last : null);
            }, cancellationToken);

        static object Optional(object? value, NpgsqlDbType type) => new NpgsqlParameter { Value = value ?? DBNull.Value, NpgsqlDbType = type };

        static DateTime TimeOf(ConversationCursor cursor) => DateTime.UnixEpoch.AddTicks(cursor.LastMessageMicros * TimeSpan.TicksPerMicrosecond);
    }

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
        return new(conversation, conversation.IsLobby ? "lobby" : "direct", peer, lastSeq, readSeq, lastSeq - readSeq, ReadLast(row, conversation, userId, peer))
        {
            Stranger = !conversation.IsLobby && !row.GetBoolean(13) ? true : null,
        };
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
