using Im.Core.Data;
using Im.Core.Kinds;
using Im.Protocol;
using Npgsql;
using NpgsqlTypes;

namespace Im.Core.Notifications;

/// <summary>
/// What is to be pushed, read from the events by one process over all web servers: it holds an advisory lock, and writes down how far it has come, so that another one goes on from there. Nothing is
/// added to what an append does; where no browser is subscribed, one look into an empty table a second is all.
/// </summary>
internal sealed class PushQueue(ImDataSource data, StoreReader reader) : IAsyncDisposable
{
    /// <summary>Any number.</summary>
    internal const long Lock = 0x496D_5075_7368;

    // A mark that nobody has moved for so long, or of another life of the store, is none: what was said meanwhile is not pushed any more.
    private const string MarkSql = """
        SELECT pg_snapshot_xmin(pg_current_snapshot()), CASE WHEN push_mark_at > now() - interval '1 hour' THEN push_mark END FROM installation
        """;

    // As PostgresEventStore reads changes, of lines alone.
    private const string ChangesSql = $"""
        SELECT pg_snapshot_xmin(s.taken), c.* FROM (SELECT pg_current_snapshot() AS taken) s
        LEFT JOIN LATERAL (
            SELECT conversation_id, min(seq), max(seq), min(line), max(line) FROM events
            WHERE tx >= $1 AND tx < pg_snapshot_xmax(s.taken) AND line IS NOT NULL AND kind NOT IN ({EventKinds.SystemNumbers}) GROUP BY conversation_id
        ) c ON true
        """;

    // Whom it concerns is found by what they have set, never by reading a large room's members. In the lobby is everybody, also who has no row there yet.
    private const string TargetsSql = $"""
        WITH r AS MATERIALIZED (
            SELECT * FROM unnest($1, $2, $3, $4, $5) AS r (conversation_id, first_seq, last_seq, first_line, last_line)
        ), wanted AS (
            SELECT r.*, m.user_id, NULL::bigint AS named FROM r JOIN conversations c ON c.id = r.conversation_id AND c.kind = 1 JOIN members m ON m.conversation_id = c.id AND m.notify IS NULL
            UNION ALL
            SELECT r.*, m.user_id, NULL FROM r JOIN members m ON m.conversation_id = r.conversation_id AND m.notify = 2
            UNION ALL
            SELECT r.*, n.user_id, n.line FROM r JOIN mentions n ON n.conversation_id = r.conversation_id AND n.line BETWEEN r.first_line AND r.last_line AND n.user_id <> '00000000-0000-0000-0000-000000000000'
            UNION ALL
            SELECT r.*, p.user_id, n.line FROM r JOIN mentions n ON n.conversation_id = r.conversation_id AND n.line BETWEEN r.first_line AND r.last_line AND n.user_id = '00000000-0000-0000-0000-000000000000'
                CROSS JOIN (SELECT DISTINCT user_id FROM push_subscriptions) p
        )
        SELECT w.user_id, w.conversation_id, max(e.line)
        FROM wanted w
        LEFT JOIN members m ON m.conversation_id = w.conversation_id AND m.user_id = w.user_id
        CROSS JOIN LATERAL (
            SELECT e.line FROM events e
            WHERE e.conversation_id = w.conversation_id AND e.seq BETWEEN w.first_seq AND w.last_seq AND e.line BETWEEN w.first_line AND w.last_line AND e.line > coalesce(m.read_line, 0)
                  AND (w.named IS NULL OR e.line = w.named) AND e.sender_id <> w.user_id AND e.content IS NOT NULL AND e.kind NOT IN ({EventKinds.SystemNumbers})
                  AND NOT EXISTS (SELECT FROM blocks b WHERE b.user_id = w.user_id AND b.blocked_id = e.sender_id)
            ORDER BY e.seq DESC LIMIT 1
        ) e
        WHERE EXISTS (SELECT FROM push_subscriptions p WHERE p.user_id = w.user_id) AND m.notify IS DISTINCT FROM 0
              AND (m.peer_id IS NOT NULL OR m.role IS NOT NULL OR w.conversation_id = '00000000-0000-0000-0000-000000000000')
        GROUP BY w.user_id, w.conversation_id
        """;

    // All that may have changed since it was found: read, recalled, edited, muted, left.
    private const string FindSql = $"""
        SELECT e.kind, e.sender_id, e.sender_nickname, coalesce(x.content, e.content), c.kind, o.title, c.kind = 1 AND NOT m.written, coalesce(m.read_line, 0),
               EXISTS (SELECT FROM mentions n WHERE n.user_id IN ($1, '00000000-0000-0000-0000-000000000000') AND n.conversation_id = $2 AND n.line = $3),
               coalesce(s.shows_text, true), s.quiet_from, s.quiet_until, s.zone,
               (SELECT display_name FROM users WHERE id = e.sender_id)
        FROM users u
        JOIN conversations c ON c.id = $2
        LEFT JOIN members m ON m.user_id = u.id AND m.conversation_id = c.id
        CROSS JOIN LATERAL (
            SELECT * FROM events WHERE conversation_id = $2 AND seq = $3 AND line = seq UNION ALL SELECT * FROM events WHERE conversation_id = $2 AND line = $3 AND line <> seq
        ) e
        LEFT JOIN LATERAL (SELECT content FROM events WHERE conversation_id = $2 AND target = $3 AND effect = 2 AND in_force ORDER BY seq DESC LIMIT 1) x ON NOT e.in_force
        LEFT JOIN rooms o ON o.id = c.id
        LEFT JOIN notification_settings s ON s.user_id = u.id
        WHERE u.id = $1 AND u.erasing_at IS NULL AND coalesce(m.read_line, 0) < $3 AND m.notify IS DISTINCT FROM 0
              AND (c.kind = 0 OR c.kind = 1 AND m.peer_id IS NOT NULL OR m.role IS NOT NULL AND m.first_line <= $3)
              AND e.content IS NOT NULL AND e.at > now() - interval '1 hour'
        """;

    private NpgsqlConnection? _connection;
    private ulong? _mark;
    private Dictionary<Guid, long> _known = [];

    /// <summary>What was stored since the last call; null while there is nobody to push to, or another process does it.</summary>
    public async Task<PushChanges?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (!await reader.QueryAsync("SELECT FROM push_subscriptions LIMIT 1", [], rows => rows.ReadAsync(), cancellationToken))
            {
                await StandDownAsync();
                return null;
            }
            _connection ??= await data.Source.OpenConnectionAsync(cancellationToken);
            if (_mark is null && !await LeaderLock.TryTakeAsync(_connection, Lock, cancellationToken))
                return null;
            var mark = _mark ?? await ReadMarkAsync(_connection, cancellationToken);
            var changes = await ReadChangesAsync(_connection, mark, cancellationToken);
            _mark = changes.Mark;
            return changes;
        }
        catch
        {
            await StandDownAsync();
            throw;
        }
    }

    private static async Task<ulong> ReadMarkAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(MarkSql, connection);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        if (!await rows.ReadAsync(cancellationToken))
            throw new InvalidOperationException("There is no installation.");
        var now = rows.GetFieldValue<ulong>(0);
        return rows.IsDBNull(1) ? now : Math.Min(now, rows.GetFieldValue<ulong>(1));
    }

    // What was being committed while the mark was read comes again, for as long as an older transaction runs. Lines of one conversation are committed in their order.
    private async Task<PushChanges> ReadChangesAsync(NpgsqlConnection connection, ulong since, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ChangesSql, connection) { Parameters = { new() { Value = since, NpgsqlDbType = NpgsqlDbType.Xid8 } } };
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var (mark, found, known) = (since, new List<PushRange>(), new Dictionary<Guid, long>());
        while (await rows.ReadAsync(cancellationToken))
        {
            mark = rows.GetFieldValue<ulong>(0);
            if (rows.IsDBNull(1))
                continue;
            var range = new PushRange(rows.GetGuid(1), rows.GetInt64(2), rows.GetInt64(3), rows.GetInt64(4), rows.GetInt64(5));
            var before = _known.GetValueOrDefault(range.Conversation);
            known[range.Conversation] = Math.Max(before, range.LastLine);
            if (range.LastLine > before)
                found.Add(range with { FirstLine = Math.Max(range.FirstLine, before + 1) });
        }
        _known = known;
        return new(mark, found);
    }

    /// <summary>Everything before the mark was pushed, or was not to be.</summary>
    public Task SaveAsync(ulong mark, CancellationToken cancellationToken) =>
        reader.QueryAsync("UPDATE installation SET push_mark = $1, push_mark_at = now()", [mark], rows => rows.ReadAsync(), cancellationToken);

    /// <summary>Of each user and conversation the newest line that they are to be told of, as things are now.</summary>
    public Task<IReadOnlyList<PushDue>> FindDueAsync(IReadOnlyList<PushRange> ranges, CancellationToken cancellationToken) => reader.QueryAsync(
        TargetsSql,
        [
            ranges.Select(range => range.Conversation).ToArray(), ranges.Select(range => range.FirstSeq).ToArray(), ranges.Select(range => range.LastSeq).ToArray(),
            ranges.Select(range => range.FirstLine).ToArray(), ranges.Select(range => range.LastLine).ToArray(),
        ], async rows =>
        {
            var due = new List<PushDue>();
            while (await rows.ReadAsync())
                due.Add(new(rows.GetGuid(0), new(rows.GetGuid(1)), rows.GetInt64(2)));
            return (IReadOnlyList<PushDue>)due;
        }, cancellationToken);

    /// <summary>What a push says, as things are now; null where there is nothing to be told any more.</summary>
    public Task<PushNotification?> FindAsync(PushDue due, DateTimeOffset now, CancellationToken cancellationToken) => reader.QueryAsync(FindSql, [due.User, due.Conversation.Value, due.Line], async rows =>
    {
        if (!await rows.ReadAsync() || IsQuiet(rows, now))
            return null;
        // Of a stranger who writes on and on one is told once.
        var isRequest = rows.GetBoolean(6);
        if (isRequest && rows.GetInt64(7) + 1 < due.Line)
            return null;
        var text = EventKinds.Preview(EventKinds.NameOf(rows.GetInt16(0)), new RawJson(rows.GetFieldValue<byte[]>(3)));
        return new PushNotification(due.Conversation, due.Conversation.IsLobby ? "lobby" : due.Conversation.IsRoom ? "room" : "direct", due.Line, new(rows.GetGuid(1), rows.GetString(2)))
        {
            Name = rows.IsDBNull(13) || rows.GetString(13) is { Length: 0 } ? null : rows.GetString(13),
            Title = rows.IsDBNull(5) ? null : rows.GetString(5),
            Text = isRequest || !rows.GetBoolean(9) ? null : TextKind.FirstCodePoints(text, NotificationLimits.MaxTextChars),
            Mention = rows.GetBoolean(8) ? true : null,
        };
    }, cancellationToken);

    private static bool IsQuiet(NpgsqlDataReader row, DateTimeOffset now) => !row.IsDBNull(10) && TimeZoneInfo.TryFindSystemTimeZoneById(row.GetString(12), out var zone)
        && new QuietTimes(row.GetFieldValue<TimeOnly>(10), row.GetFieldValue<TimeOnly>(11), zone).Contain(now);

    public Task RemoveAsync(PushTarget target, CancellationToken cancellationToken) =>
        reader.QueryAsync("DELETE FROM push_subscriptions WHERE hash = $1 AND session_id = $2", [target.Hash, target.SessionId], rows => rows.ReadAsync(), cancellationToken);

    /// <summary>Lets another process do it, or none while there is nothing to do; the mark stays where it is.</summary>
    public async Task StandDownAsync()
    {
        var connection = _connection;
        (_connection, _mark, _known) = (null, null, []);
        if (connection is not null)
            await LeaderLock.ReleaseAsync(connection);
    }

    public async ValueTask DisposeAsync() => await StandDownAsync();
}

/// <param name="Mark">To be saved once they are done with.</param>
internal sealed record PushChanges(ulong Mark, IReadOnlyList<PushRange> Ranges);

/// <summary>New lines of a conversation, with their sequences.</summary>
internal readonly record struct PushRange(Guid Conversation, long FirstSeq, long LastSeq, long FirstLine, long LastLine);

internal readonly record struct PushDue(Guid User, ConversationId Conversation, long Line);
