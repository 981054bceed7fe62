using Im.Core.Data;
using Im.Core.Kinds;
using Im.Protocol;
using Npgsql;
using NpgsqlTypes;

namespace Im.Core.Messages;

/// <summary>Events in Postgres: appends go through the node's <see cref="MessageWriter"/>, pages are one range of the primary key.</summary>
internal sealed class PostgresEventStore(MessageWriter writer, StoreReader reader, ReplicaReader replica) : IEventStore
{
    // A line by its number: where no event that is no line stands before it, its number is its sequence.
    private const string LineSql = """
        SELECT * FROM events WHERE conversation_id = {0} AND seq = {1} AND line = seq UNION ALL SELECT * FROM events WHERE conversation_id = {0} AND line = {1} AND line <> seq
        """;

    // $2 is "before", $3 "after", $4 the limit. Lines have no gaps, so a page is a range of numbers, however many other events lie between.
    // The head of the conversation comes with every row, so that page and head are of one moment.
    private static readonly string PageSql = $"""
        WITH head AS MATERIALIZED (
            SELECT id, last_seq, last_line, CASE WHEN $3::bigint IS NULL THEN least(last_line, coalesce($2::bigint, last_line + 1) - 1) ELSE least(last_line, $3 + $4) END AS high FROM conversations WHERE id = $1
        ), bounds AS MATERIALIZED (
            SELECT id, high, CASE WHEN $3 IS NULL THEN high - $4 + 1 ELSE $3 + 1 END AS low FROM head
        ), page AS MATERIALIZED (
            SELECT e.* FROM bounds b JOIN events e ON e.conversation_id = b.id AND e.seq BETWEEN b.low AND b.high AND e.line = e.seq
            UNION ALL
            SELECT e.* FROM bounds b JOIN events e ON e.conversation_id = b.id AND e.line BETWEEN b.low AND b.high AND e.line <> e.seq
        ), quoted AS MATERIALIZED (
            SELECT e.* FROM (SELECT DISTINCT target FROM page WHERE target NOT IN (SELECT line FROM page)) q CROSS JOIN LATERAL ({string.Format(null, LineSql, "$1", "q.target")}) e
        ), shown AS (
            SELECT 0 AS role, * FROM page UNION ALL SELECT 1, * FROM quoted
        ), found AS (
            SELECT * FROM shown
            UNION ALL
            SELECT 2, f.* FROM shown l CROSS JOIN LATERAL (
                (SELECT * FROM events WHERE conversation_id = $1 AND target = l.line AND effect = 1 AND in_force ORDER BY seq DESC LIMIT {ProtocolLimits.MaxLineEffects + 1})
                UNION ALL
                (SELECT * FROM events WHERE conversation_id = $1 AND target = l.line AND effect > 1 AND in_force)
            ) f
        )
        SELECT h.last_seq, h.last_line, e.role, {EventRow.Columns} FROM head h LEFT JOIN found e ON true {EventRow.FromSender} ORDER BY e.role, e.seq
        """;

    // For who does not see the newest: also what was in force before.
    private static readonly string PastPageSql = PageSql.Replace(" AND in_force", "", StringComparison.Ordinal).Replace(EventRow.Columns, EventRow.ColumnsAsPosted, StringComparison.Ordinal);

    private const string TallySql = "SELECT kind, count(*) FROM events WHERE conversation_id = $1 AND target = $2 AND effect IS NOT NULL AND in_force GROUP BY kind";

    // $3 is one more than the limit.
    private const string EventsSql = $"""
        SELECT c.last_seq, {EventRow.Columns}
        FROM conversations c
        LEFT JOIN LATERAL (SELECT * FROM events WHERE conversation_id = c.id AND seq > $2 ORDER BY seq LIMIT $3) e ON true
        {EventRow.FromSender}
        WHERE c.id = $1
        ORDER BY e.seq
        """;

    private static readonly string PastEventsSql = EventsSql.Replace(EventRow.Columns, EventRow.ColumnsAsPosted, StringComparison.Ordinal);

    // What came after some events of a target, in force or not: each half has an index.
    private const string PastEffectsSql = """
        SELECT seq, target, effect, kind, slot FROM events WHERE conversation_id = $1 AND target = ANY ($2) AND effect IS NOT NULL AND in_force
        UNION ALL
        SELECT seq, target, effect, kind, slot FROM events WHERE conversation_id = $1 AND target = ANY ($2) AND effect IS NOT NULL AND NOT in_force
        """;

    // A transaction below the snapshot's xmin is over, and what it did is in this answer or an earlier one: from there the next call goes on. The upper bound leaves out
    // numbers that another cluster gave, in rows restored from a dump.
    private const string ChangesSql = """
        SELECT pg_snapshot_xmin(s.taken), c.conversation_id, c.first_seq, c.last_seq, m.user_id, m.peer_id, c.members,
               left(pg_walfile_name(pg_current_wal_lsn()), 8), (SELECT replace(epoch::text, '-', '') FROM installation)
        FROM (SELECT pg_current_snapshot() AS taken) s
        LEFT JOIN LATERAL (
            SELECT conversation_id, min(seq) AS first_seq, max(seq) AS last_seq, array_agg((content::json ->> 'user')::uuid) FILTER (WHERE kind = 8) AS members FROM events
            WHERE tx >= $1 AND tx < pg_snapshot_xmax(s.taken) GROUP BY conversation_id
        ) c ON true
        LEFT JOIN LATERAL (SELECT user_id, peer_id FROM members WHERE conversation_id = c.conversation_id AND peer_id IS NOT NULL LIMIT 1) m ON true
        """;

    private const string FirstSinceSql = """
        SELECT min(seq) FROM (SELECT seq, tx FROM events WHERE conversation_id = $1 ORDER BY seq DESC LIMIT 1000) newest WHERE tx >= $2 AND tx < pg_snapshot_xmax(pg_current_snapshot())
        """;

    // Beyond every line there will be, and no overflow where a limit is added.
    private const long MaxCursor = long.MaxValue / 2;

    private static readonly string FindSql = $"SELECT e.kind, e.sender_id, now() - e.at, e.content, e.seq FROM ({string.Format(null, LineSql, "$1", "$2")}) e";

    public async Task<AppendResult> AppendAsync(NewEvent added, CancellationToken cancellationToken = default)
    {
        // An administrator recalls in conversations that are not their own.
        if (added.Kind.Effect != EventEffect.Erase && !(added.To is { } to ? added.Conversation == ConversationId.Direct(added.From.Id, to) : added.Conversation is { IsLobby: true } or { IsRoom: true }))
            throw new ArgumentException("The conversation is not the one of sender and recipient, or without a recipient neither the lobby nor a room.", nameof(added));
        using var span = MessageSpans.StartAppend(added);
        try
        {
            var append = new PendingAppend(added, span);
            if (!writer.TryEnqueue(append))
                throw new StoreBusyException();
            var result = await append.Task.WaitAsync(cancellationToken);
            span?.SetResult(result);
            return result;
        }
        catch (Exception exception)
        {
            span?.SetFailure(exception);
            throw;
        }
    }

    public async Task<LinePage> ReadLinesAsync(ConversationId conversation, long? before, long? after, int limit, ReadScope? scope = null, CancellationToken cancellationToken = default)
    {
        CheckPage(before, after, limit);
        if (scope is not null)
            return await ReadScopedLinesAsync(conversation, before, after, limit, scope, cancellationToken);
        var (rows, head) = await replica.QueryAsync(PageSql, [conversation.Value, Optional(before), Optional(after), (long)limit], ReadRowsAsync, cancellationToken);
        return await ToPageAsync(rows, head, isNewer: after is not null, (page, isNewer) => isNewer ? page[^1].Line < head.LastLine : page[0].Line > 1, cancellationToken);
    }

    private async Task<LinePage> ReadScopedLinesAsync(ConversationId conversation, long? before, long? after, int limit, ReadScope scope, CancellationToken cancellationToken)
    {
        var (older, newer) = (after is null ? scope.Before(before) : null, after is { } line ? scope.After(line) : null);
        var (rows, head) = await replica.QueryAsync(
            scope.IsOpen ? PageSql : PastPageSql, [conversation.Value, Optional(older?.Before ?? before), Optional(newer?.After ?? after), (long)limit], ReadRowsAsync, cancellationToken);
        head = scope.Bound(head);
        if (older is null && newer is null)
            return new([], [], head, More: false);
        rows.RemoveAll(row => !scope.Contains(row.Event.Seq) || row.Role == 0 && (row.Event.Line < older?.First || row.Event.Line > newer?.Last));
        return await ToPageAsync(scope.IsOpen ? rows : WithoutPast(rows), head, isNewer: after is not null,
            (page, _) => older is { } stretch ? stretch.More || page[0].Line > stretch.First : newer!.Value.More || page[^1].Line < Math.Min(newer.Value.Last, head.LastLine), cancellationToken);
    }

    /// <summary>Of what was ever said of the lines what held at the end for this reader: of each kind and slot the newest.</summary>
    private static List<(int Role, EventFrame Event)> WithoutPast(List<(int Role, EventFrame Event)> rows)
    {
        var erased = rows.Where(row => row.Role < 2 && row.Event.Content is null).Select(row => row.Event.Line).ToHashSet();
        var newest = rows.Where(row => row.Role == 2).Select(row => row.Event).GroupBy(e => (e.Target, e.Kind, e.Slot)).Select(same => same.MaxBy(e => e.Seq)!)
            .Where(e => !erased.Contains(e.Target) || e.Effect == EventEffect.Erase).OrderBy(e => e.Seq);
        return [.. rows.Where(row => row.Role < 2), .. newest.Select(e => (2, e))];
    }

    private async Task<LinePage> ToPageAsync(List<(int Role, EventFrame Event)> rows, ConversationHead head, bool isNewer, Func<List<EventFrame>, bool, bool> hasMore, CancellationToken cancellationToken)
    {
        var effects = rows.Where(row => row.Role == 2).ToLookup(row => row.Event.Target, row => row.Event);
        var page = PageOf(rows.Where(row => row.Role == 0).Select(row => row.Event), effects, isNewer);
        // Also lines that the page itself had no room for.
        var (shown, targets) = (page.Select(line => line.Line).ToHashSet(), page.Select(line => line.Target).ToHashSet());
        var quoted = rows.Where(row => row.Role < 2 && targets.Contains(row.Event.Line) && !shown.Contains(row.Event.Line)).Select(row => Cut(row.Event)).ToList();
        var more = page.Count > 0 && hasMore(page, isNewer);
        for (var index = 0; index < page.Count; index++)
            if (page[index].Effects?.Count(effect => effect.Effect == EventEffect.Mark) > ProtocolLimits.MaxLineEffects)
                page[index] = await TallyAsync(page[index], cancellationToken);
        return new(page, quoted, head, more);

        EventFrame Cut(EventFrame line) => line with { Content = EventKinds.Cut(line.Kind, ShownContent(line, effects[line.Line]), ProtocolLimits.MaxPreviewChars) };
    }

    private static async Task<(List<(int Role, EventFrame Event)> Rows, ConversationHead Head)> ReadRowsAsync(NpgsqlDataReader reader)
    {
        var rows = new List<(int, EventFrame)>();
        ConversationHead head = default;
        while (await reader.ReadAsync())
        {
            head = new(reader.GetInt64(0), reader.GetInt64(1));
            if (!reader.IsDBNull(2))
                rows.Add((reader.GetInt32(2), EventRow.Read(reader, 3)));
        }
        return (rows, head);
    }

    /// <summary>Puts the lines together with what holds for them, and leaves out those farthest from the cursor where they are long.</summary>
    private static List<EventFrame> PageOf(IEnumerable<EventFrame> lines, ILookup<long?, EventFrame> effects, bool isNewer)
    {
        var page = lines.Select(line => effects[line.Line].ToList() is { Count: > 0 } own ? line with { Content = ShownContent(line, own), Effects = own } : line).ToList();
        if (!isNewer)
            page.Reverse();
        var (bytes, kept) = (0, 0);
        for (; kept < page.Count; kept++)
            if ((bytes += BytesOf(page[kept])) > ProtocolLimits.MaxPageTextBytes && kept > 0)
                break;
        page.RemoveRange(kept, page.Count - kept);
        if (!isNewer)
            page.Reverse();
        return page;

        static int BytesOf(EventFrame line) => (line.Content?.Utf8.Length ?? 0) + (line.Effects?.Sum(effect => effect.Content?.Utf8.Length ?? 0) ?? 0);
    }

    internal static RawJson? ShownContent(EventFrame line, IEnumerable<EventFrame> effects) => effects.LastOrDefault(effect => effect.Effect == EventEffect.Replace)?.Content ?? line.Content;

    private async Task<EventFrame> TallyAsync(EventFrame line, CancellationToken cancellationToken)
    {
        var tally = await replica.QueryAsync(TallySql, [line.Conversation.Value, line.Line!.Value], async rows =>
        {
            var counts = new Dictionary<string, TallyInfo>();
            while (await rows.ReadAsync())
                counts.Add(EventKinds.NameOf(rows.GetInt16(0)), new(rows.GetInt64(1)));
            return counts;
        }, cancellationToken);
        // Of the marks the newest; never without what replaced its content.
        var marks = line.Effects!.Count(effect => effect.Effect == EventEffect.Mark);
        var left = line.Effects!.Where(effect => effect.Effect != EventEffect.Mark || marks-- <= ProtocolLimits.MaxLineEffects);
        return line with { Effects = [.. left], Tally = tally };
    }

    public async Task<EventPage> ReadEventsAsync(ConversationId conversation, long after, int limit, ReadScope? scope = null, CancellationToken cancellationToken = default)
    {
        CheckPage(null, after, limit);
        if (scope is null)
            return await ReadAsync(EventsSql, after, long.MaxValue);
        // From the stretch that the cursor is in, or the next one.
        var index = 0;
        while (index < scope.Spans.Count && (scope.Spans[index].LastSeq ?? long.MaxValue) <= after)
            index++;
        if (index == scope.Spans.Count)
            return new([], scope.Bound(default).LastSeq, More: false);
        var span = scope.Spans[index];
        var page = await ReadAsync(scope.IsOpen ? EventsSql : PastEventsSql, Math.Max(after, span.FirstSeq - 1), span.LastSeq ?? long.MaxValue);
        return new(scope.IsOpen ? page.Events : await LeaveOutReplacedAsync(conversation, page.Events, scope, cancellationToken),
            scope.Bound(new(page.LastSeq, 0)).LastSeq, page.More || index < scope.Spans.Count - 1);

        Task<EventPage> ReadAsync(string sql, long from, long upTo) => replica.QueryAsync(sql, [conversation.Value, from, limit + 1], async rows =>
        {
            var events = new List<EventFrame>(limit);
            long lastSeq = 0;
            var more = false;
            var bytes = 0;
            while (!more && await rows.ReadAsync())
            {
                lastSeq = rows.GetInt64(0);
                if (rows.IsDBNull(1))
                    continue;
                var found = EventRow.Read(rows, 1);
                if (found.Seq > upTo)
                    break;
                bytes += found.Content?.Utf8.Length ?? 0;
                more = events.Count == limit || (bytes > ProtocolLimits.MaxPageTextBytes && events.Count > 0);
                if (!more)
                    events.Add(found);
            }
            return new EventPage(events, lastSeq, more);
        }, cancellationToken);
    }

    private async Task<IReadOnlyList<EventFrame>> LeaveOutReplacedAsync(ConversationId conversation, IReadOnlyList<EventFrame> events, ReadScope scope, CancellationToken cancellationToken)
    {
        long[] targets = [.. events.Select(e => e.Effect is null ? e.Line : e.Target).OfType<long>().Distinct()];
        var later = await replica.QueryAsync(PastEffectsSql, [conversation.Value, targets], async rows =>
        {
            var found = new List<(long Seq, long Target, EventEffect Effect, string Kind, string? Slot)>();
            while (await rows.ReadAsync())
                if (scope.Contains(rows.GetInt64(0)))
                    found.Add((rows.GetInt64(0), rows.GetInt64(1), (EventEffect)rows.GetInt16(2), EventKinds.NameOf(rows.GetInt16(3)), rows.IsDBNull(4) ? null : rows.GetString(4)));
            return found;
        }, cancellationToken);
        return [.. events.Select(e => later.Exists(l => e.Effect is null ? l.Target == e.Line && l.Effect == EventEffect.Replace : l.Seq > e.Seq && l.Target == e.Target && (l.Kind, l.Slot) == (e.Kind, e.Slot))
            ? e with { Content = null } : e)];
    }

    public Task<TargetLine?> FindLineAsync(ConversationId conversation, long line, ReadScope? scope = null, CancellationToken cancellationToken = default) => reader.QueryAsync(
        FindSql, [conversation.Value, line],
        async rows => await rows.ReadAsync() && scope?.Contains(rows.GetInt64(4)) != false
            ? new TargetLine(line, EventKinds.NameOf(rows.GetInt16(0)), rows.GetGuid(1), rows.GetTimeSpan(2), rows.IsDBNull(3) ? null : new(rows.GetFieldValue<byte[]>(3)))
            : null, cancellationToken);

    public Task<bool> IsStoredAsync(ConversationId conversation, Guid sender, string id, CancellationToken cancellationToken = default) => reader.QueryAsync(
        "SELECT FROM events WHERE conversation_id = $1 AND sender_id = $2 AND client_id = $3", [conversation.Value, sender, id], rows => rows.ReadAsync(), cancellationToken);

    public Task<ConversationHead> GetHeadAsync(ConversationId conversation, CancellationToken cancellationToken = default) => reader.QueryAsync(
        "SELECT last_seq, last_line FROM conversations WHERE id = $1", [conversation.Value],
        async rows => await rows.ReadAsync() ? new ConversationHead(rows.GetInt64(0), rows.GetInt64(1)) : default, cancellationToken);

    public Task<EventChanges> ReadChangesAsync(ulong? since, CancellationToken cancellationToken = default) =>
        reader.QueryAsync(ChangesSql, [since ?? ulong.MaxValue], async rows =>
        {
            var conversations = new List<ConversationChange>();
            ulong mark = 0;
            var (timeline, epoch) = (0, "");
            while (await rows.ReadAsync())
            {
                if (epoch.Length == 0)
                    (mark, timeline, epoch) = (rows.GetFieldValue<ulong>(0), TimelineFence.Parse(rows.GetString(7)), rows.GetString(8));
                if (!rows.IsDBNull(1))
                    conversations.Add(new(new(rows.GetGuid(1)), rows.GetInt64(2), rows.GetInt64(3), rows.IsDBNull(4) ? null : rows.GetGuid(4), rows.IsDBNull(5) ? null : rows.GetGuid(5))
                    {
                        Members = rows.IsDBNull(6) ? [] : rows.GetFieldValue<Guid[]>(6),
                    });
            }
            return new EventChanges(mark, conversations) { Timeline = timeline, Epoch = epoch };
        }, cancellationToken);

    public Task<long?> FindFirstSinceAsync(ConversationId conversation, ulong since, CancellationToken cancellationToken = default) => reader.QueryAsync(
        FirstSinceSql, [conversation.Value, since], async rows => await rows.ReadAsync() && !rows.IsDBNull(0) ? rows.GetInt64(0) : (long?)null, cancellationToken);

    private static void CheckPage(long? before, long? after, int limit)
    {
        if (before is not null && after is not null)
            throw new ArgumentException("A page is before or after, not both.", nameof(after));
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, ProtocolLimits.MaxPageMessages);
    }

    private static NpgsqlParameter Optional(long? value) => new() { Value = value is { } number ? Math.Clamp(number, 0, MaxCursor) : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint };
}
