using Im.Core.Data;
using Im.Core.Kinds;
using Im.Protocol;
using Im.Protocol.Kinds;
using Microsoft.Extensions.Caching.Memory;
using Npgsql;
using NpgsqlTypes;

namespace Im.Core.Messages;

/// <summary>Conversations in Postgres. Who the two of a direct conversation are never changes, and is remembered for the 100,000 asked for last.</summary>
internal sealed class PostgresConversationStore(StoreReader reader, ReplicaReader replica) : IConversationStore, IDisposable
{
    private const int MaxRememberedConversations = 100_000;

    // Ordinals in what ListSql selects.
    private const int FirstOfPeer = 20, FirstOfLast = FirstOfPeer + UserRow.Count;

    // $3 is one more than a page has; with a cursor ($4 to $6) the lobby was on the first page.
    private const string ListSql = $"""
        SELECT c.id, c.last_seq, c.last_line, coalesce(own.read_line, 0), own.written, c.last_message_at, CASE WHEN other.written THEN greatest(other.read_line, other.seen_line) END,
               (SELECT count(*) FROM mentions n WHERE n.user_id IN ($1, '00000000-0000-0000-0000-000000000000') AND n.conversation_id = c.id AND n.line > coalesce(own.read_line, 0)),
               r.content, o.title, o.topic, o.is_public, o.has_history, o.archived, o.members, own.role,
               CASE WHEN o.id IS NULL THEN 0 ELSE (SELECT count(*) FROM events q WHERE q.conversation_id = c.id AND q.kind IN ({EventKinds.SystemNumbers}) AND q.line > own.read_line) END,
               own.notify, own.pinned, o.picture, {UserRow.Columns}, {EventRow.Columns}
        FROM (
            SELECT l.id AS conversation_id, NULL::uuid AS peer_id, s.read_line, coalesce(s.written, false) AS written, NULL::smallint AS role, s.notify, s.pinned_at IS NOT NULL AS pinned
            FROM conversations l LEFT JOIN members s ON s.conversation_id = l.id AND s.user_id = $1
            WHERE l.kind = 0 AND l.id = $2 AND $4::bool IS NULL
            UNION ALL
            SELECT b.conversation_id, b.peer_id, b.read_line, b.written, b.role, b.notify, true
            FROM members b JOIN conversations d ON d.id = b.conversation_id
            WHERE b.user_id = $1 AND b.pinned_at IS NOT NULL AND $4 IS NULL AND (d.kind = 1 AND (b.written OR d.last_line > b.declined_line) OR $7 AND b.role IS NOT NULL)
            UNION ALL (
                SELECT b.conversation_id, b.peer_id, b.read_line, b.written, b.role, b.notify, false
                FROM members b JOIN conversations d ON d.id = b.conversation_id
                WHERE b.user_id = $1 AND b.pinned_at IS NULL AND (d.kind = 1 AND (b.written OR d.last_line > b.declined_line) OR $7 AND b.role IS NOT NULL) AND ($4::bool IS NULL OR (b.written, d.last_message_at, d.id) < ($4, $5, $6))
                ORDER BY b.written DESC, d.last_message_at DESC, d.id DESC LIMIT $3
            )
        ) own
        JOIN conversations c ON c.id = own.conversation_id
        LEFT JOIN rooms o ON o.id = c.id
        LEFT JOIN users u ON u.id = own.peer_id
        LEFT JOIN members other ON other.conversation_id = c.id AND other.user_id = own.peer_id
        LEFT JOIN LATERAL (
            SELECT * FROM events WHERE conversation_id = c.id AND seq = c.last_line AND line = seq
            UNION ALL
            SELECT * FROM events WHERE conversation_id = c.id AND line = c.last_line AND line <> seq
        ) e ON true
        LEFT JOIN LATERAL (
            SELECT content FROM events WHERE conversation_id = c.id AND target = e.line AND effect = 2 AND in_force ORDER BY seq DESC LIMIT 1
        ) r ON NOT e.in_force
        {EventRow.FromSender}
        ORDER BY own.pinned DESC, own.written DESC, c.last_message_at DESC NULLS LAST, c.id DESC
        """;

    private const string UnreadSql = $"""
        SELECT coalesce(sum(d.last_line - b.read_line
                   - CASE d.kind WHEN 2 THEN (SELECT count(*) FROM events q WHERE q.conversation_id = d.id AND q.kind IN ({EventKinds.SystemNumbers}) AND q.line > b.read_line) ELSE 0 END), 0)::bigint
        FROM members b JOIN conversations d ON d.id = b.conversation_id WHERE b.user_id = $1 AND b.notify IS DISTINCT FROM 0 AND (d.kind = 1 AND (b.written OR NOT $2 AND d.last_line > b.declined_line) OR $2 AND b.role IS NOT NULL)
        """;

    // In the lobby a reader becomes a member by reading; a direct conversation has its two from the start, and a room whoever joined.
    private const string MarkReadSql = """
        WITH head AS (
            SELECT id, kind, least($3, last_line) AS line FROM conversations WHERE id = $1
        ), joined AS (
            INSERT INTO members AS m (conversation_id, user_id, read_line) SELECT id, $2, line FROM head WHERE kind = 0
            ON CONFLICT (conversation_id, user_id) DO UPDATE SET read_line = CASE WHEN m.read_line < $4 THEN m.read_line ELSE greatest(m.read_line, excluded.read_line) END
            RETURNING read_line, false AS written
        ), moved AS (
            UPDATE members m SET read_line = CASE WHEN m.read_line < $4 THEN m.read_line ELSE greatest(m.read_line, head.line) END FROM head
            WHERE (head.kind = 1 OR m.role IS NOT NULL) AND m.conversation_id = head.id AND m.user_id = $2
            RETURNING m.read_line, m.written
        )
        SELECT read_line, written FROM joined UNION ALL SELECT read_line, written FROM moved
        """;

    // The other one of a direct conversation was told how far it was read, and that stays so. In a room what stood there before one joined stays read.
    private const string MarkUnreadSql = """
        UPDATE members SET read_line = least(read_line, greatest($3, coalesce(first_line, 1)) - 1), seen_line = greatest(seen_line, read_line) WHERE conversation_id = $1 AND user_id = $2 RETURNING read_line
        """;

    private readonly MemoryCache _members = new(new MemoryCacheOptions { SizeLimit = MaxRememberedConversations });

    public async Task<Guid?> FindPeerAsync(ConversationId conversation, Guid userId, CancellationToken cancellationToken = default) =>
        await FindMembersAsync(conversation, cancellationToken) is not { } members ? null : userId == members.One ? members.Other : userId == members.Other ? members.One : null;

    public async Task<(Guid One, Guid Other)?> FindMembersAsync(ConversationId conversation, CancellationToken cancellationToken = default)
    {
        if (conversation.IsLobby || conversation.IsRoom)
            return null;
        if (!_members.TryGetValue(conversation, out (Guid One, Guid Other) members))
        {
            members = await reader.QueryAsync(
                "SELECT user_id, peer_id FROM members WHERE conversation_id = $1 AND peer_id IS NOT NULL LIMIT 1", [conversation.Value],
                async rows => await rows.ReadAsync() ? (rows.GetGuid(0), rows.GetGuid(1)) : default, cancellationToken);
            if (members == default)
                return null;
            _members.Set(conversation, members, new MemoryCacheEntryOptions { Size = 1 });
        }
        return members;
    }

    public async Task<IReadOnlyList<ConversationInfo>> ListAsync(Guid? userId, CancellationToken cancellationToken = default) =>
        (await ReadPageAsync(userId, null, rooms: true, cancellationToken)).Conversations;

    public async Task<ConversationPage> ListPageAsync(Guid? userId, ConversationCursor? after, bool rooms = true, CancellationToken cancellationToken = default)
    {
        var (list, next) = await ReadPageAsync(userId, after, rooms, cancellationToken);
        if (after is not null)
            return new(list, next, null);
        var direct = userId is not { } user ? 0 : next is null
            ? list.Where(summary => !summary.Conversation.IsLobby && summary.Notify != NotifyLevels.Nothing && !(rooms && summary is { Kind: "direct", Stranger: true })).Sum(summary => summary.Unread)
            : await replica.QueryAsync(UnreadSql, [user, rooms], async rows => await rows.ReadAsync() ? rows.GetInt64(0) : 0, cancellationToken);
        return new(list, next, direct + list.Where(summary => summary is { Conversation.IsLobby: true, Notify: not NotifyLevels.Nothing }).Sum(summary => summary.Unread));
    }

    private Task<(IReadOnlyList<ConversationInfo> Conversations, ConversationCursor? Next)> ReadPageAsync(Guid? userId, ConversationCursor? after, bool rooms, CancellationToken cancellationToken)
    {
        var directs = after is null ? ProtocolLimits.MaxConversations - 1 : ProtocolLimits.MaxConversations;
        return replica.QueryAsync(ListSql,
            [
                userId ?? Guid.Empty, ConversationId.Lobby.Value, directs + 1,
                Optional(after?.Written, NpgsqlDbType.Boolean), Optional(after is null ? null : TimeOf(after), NpgsqlDbType.TimestampTz), Optional(after?.Conversation.Value, NpgsqlDbType.Uuid), rooms,
            ],
            async rows =>
            {
                var (list, found) = (new List<ConversationInfo>(), 0);
                ConversationCursor? last = null;
                while (await rows.ReadAsync())
                {
                    var summary = ReadSummary(rows, userId);
                    if (summary.Conversation.IsLobby)
                        list.Add(summary);
                    else if (++found <= directs)
                    {
                        list.Add(summary);
                        if (summary.Pinned is null) // those stand on the first page
                            last = new(rows.GetBoolean(4), new DateTimeOffset(rows.GetDateTime(5)).ToUnixMicroseconds(), summary.Conversation);
                    }
                }
                return ((IReadOnlyList<ConversationInfo>)list, found > directs ? last : null);
            }, cancellationToken);

        static object Optional(object? value, NpgsqlDbType type) => new NpgsqlParameter { Value = value ?? DBNull.Value, NpgsqlDbType = type };

        static DateTime TimeOf(ConversationCursor cursor) => DateTime.UnixEpoch.AddTicks(cursor.LastMessageMicros * TimeSpan.TicksPerMicrosecond);
    }

    public Task<ReadMark> MarkReadAsync(ConversationId conversation, Guid userId, long line, long known = 0, CancellationToken cancellationToken = default) =>
        reader.QueryAsync(MarkReadSql, [conversation.Value, userId, line, known], async rows => await rows.ReadAsync() ? new ReadMark(rows.GetInt64(0), rows.GetBoolean(1)) : default, cancellationToken);

    public Task<long> MarkUnreadAsync(ConversationId conversation, Guid userId, long line, CancellationToken cancellationToken = default) =>
        reader.QueryAsync(MarkUnreadSql, [conversation.Value, userId, line], async rows => await rows.ReadAsync() ? rows.GetInt64(0) : 0, cancellationToken);

    public Task JoinLobbyAsync(Guid userId, CancellationToken cancellationToken = default) => reader.QueryAsync(
        "INSERT INTO members (conversation_id, user_id, read_line) SELECT id, $1, last_line FROM conversations WHERE kind = 0 ON CONFLICT DO NOTHING", [userId],
        rows => rows.ReadAsync(), cancellationToken);

    public void Dispose() => _members.Dispose();

    private static ConversationInfo ReadSummary(NpgsqlDataReader row, Guid? userId)
    {
        var conversation = new ConversationId(row.GetGuid(0));
        var lastLine = row.GetInt64(2);
        var readLine = userId is null ? lastLine : row.GetInt64(3);
        var room = row.IsDBNull(9) ? null : new RoomInfo(conversation, row.GetString(9), row.GetString(10), row.GetBoolean(11), row.GetBoolean(12) ? RoomHistories.Everything : RoomHistories.Joined, row.GetInt32(14))
        {
            Archived = row.GetBoolean(13) ? true : null,
            Role = NameOf((RoomRole)row.GetInt16(15)),
            Picture = row.IsDBNull(19) ? null : row.GetString(19),
        };
        return new(conversation, conversation.IsLobby ? "lobby" : room is null ? "direct" : "room", row.GetInt64(1), lastLine, readLine, lastLine - readLine - row.GetInt64(16))
        {
            Room = room,
            Peer = row.IsDBNull(FirstOfPeer) ? null : UserRow.Read(row, FirstOfPeer),
            PeerReadLine = row.IsDBNull(6) ? null : row.GetInt64(6),
            Mentions = userId is not null && row.GetInt64(7) is > 0 and var mentions ? mentions : null,
            Last = row.IsDBNull(FirstOfLast) ? null : ReadLast(row),
            Notify = row.IsDBNull(17) ? null : NameOf((NotifyLevel)row.GetInt16(17)),
            Pinned = row.GetBoolean(18) ? true : null,
            Stranger = !conversation.IsLobby && !row.GetBoolean(4) ? true : null,
        };
    }

    internal static string NameOf(RoomRole role) => role switch { RoomRole.Owner => RoomRoles.Owner, RoomRole.Administrator => RoomRoles.Administrator, _ => RoomRoles.Member };

    internal static string NameOf(NotifyLevel level) => level switch { NotifyLevel.Nothing => NotifyLevels.Nothing, NotifyLevel.Mentions => NotifyLevels.Mentions, _ => NotifyLevels.All };

    private static EventFrame ReadLast(NpgsqlDataReader row)
    {
        var last = EventRow.Read(row, FirstOfLast);
        var content = row.IsDBNull(8) ? last.Content : new RawJson(row.GetFieldValue<byte[]>(8));
        return last with { Content = EventKinds.Cut(last.Kind, content, ProtocolLimits.MaxPreviewChars) };
    }
}
