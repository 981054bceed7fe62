using System.Runtime.InteropServices;
using Npgsql;
using NpgsqlTypes;

namespace Im.Core.Messages;

/// <summary>
/// The statement for what nearly every batch is: new lines that point at nothing and name nobody, by people who have accounts and to people who have. The node has grouped and numbered them
/// already, so Postgres sorts nothing and answers with one row. What does not fit, such as whatever is said in a room, where membership is looked at, is left to <see cref="AppendAny"/>; a line that is stored already violates the unique index, and nothing is done.
/// </summary>
internal sealed class AppendLines : IAsyncDisposable
{
    // $1 to $4   the conversations, by id: the order in which every node locks them, so no deadlock. Id, kind, how many lines, the time of the newest.
    // $5 to $13  the lines: the number of the conversation above, how many lines of the batch come after this one there, and what the line is.
    // $14 to $18 who writes where: the conversation's number, the writer, the other member, how many lines come after the writer's last, and whether the other member writes nothing there.
    // refused:   somebody is being deleted, or was, or is not there: then nothing is done. See AccountData, which waits for statements that looked before.
    // advanced:  the heads of the conversations, made where they are missing. A row that another node has just advanced is waited for and read anew, so numbers continue there.
    // member:    the writer has read up to the own line; the first line of a direct conversation makes the other member too.
    private const string Sql = """
        WITH refused AS MATERIALIZED (
            SELECT FROM unnest($15, $16) AS w (writer_id, peer_id)
            LEFT JOIN LATERAL (SELECT id FROM users WHERE id = w.peer_id AND erased_at IS NULL LIMIT 1) p ON true
            LEFT JOIN LATERAL (SELECT id FROM users WHERE id = w.writer_id AND erasing_at IS NOT NULL LIMIT 1) g ON true
            WHERE w.peer_id IS NOT NULL AND p.id IS NULL OR g.id IS NOT NULL
            LIMIT 1
        ), advanced AS (
            INSERT INTO conversations AS c (id, kind, last_seq, last_line, last_message_at)
            SELECT h.id, h.kind, h.count, h.count, h.at FROM unnest($1, $2, $3, $4) AS h (id, kind, count, at) WHERE NOT EXISTS (SELECT FROM refused)
            ON CONFLICT (id) DO UPDATE SET last_seq = c.last_seq + excluded.last_seq, last_line = c.last_line + excluded.last_line,
                last_message_at = greatest(c.last_message_at, excluded.last_message_at)
            RETURNING id, last_seq, last_line
        ), head AS MATERIALIZED (
            SELECT array_agg(last_seq ORDER BY id) AS seqs, array_agg(last_line ORDER BY id) AS lines FROM advanced HAVING count(*) > 0
        ), stored AS (
            INSERT INTO events (conversation_id, seq, line, kind, sender_id, sender_nickname, client_id, content, at, node)
            SELECT ($1)[l.head], h.seqs[l.head] - l.after, h.lines[l.head] - l.after, l.kind, l.sender_id, l.sender_nickname, l.client_id, l.content, l.at, l.node
            FROM head h, unnest($5, $6, $7, $8, $9, $10, $11, $12, $13) AS l (head, after, sender_id, sender_nickname, client_id, kind, content, at, node)
        ), member AS (
            INSERT INTO members AS m (conversation_id, user_id, peer_id, read_line, written)
            SELECT ($1)[w.head], w.writer_id, w.peer_id, h.lines[w.head] - w.after, true FROM head h, unnest($14, $15, $16, $17) AS w (head, writer_id, peer_id, after)
            UNION ALL
            SELECT ($1)[w.head], w.peer_id, w.writer_id, 0, false FROM head h, unnest($14, $15, $16, $18) AS w (head, writer_id, peer_id, is_alone)
            WHERE w.is_alone AND w.peer_id IS NOT NULL AND h.seqs[w.head] = ($3)[w.head]
            ON CONFLICT (conversation_id, user_id) DO UPDATE SET read_line = greatest(m.read_line, excluded.read_line), written = m.written OR excluded.written
        )
        SELECT seqs, lines FROM head
        """;

    private readonly NpgsqlCommand _command;
    private readonly Dictionary<Guid, int> _heads = [];
    private readonly HashSet<(int Head, Guid Writer)> _writers = [];
    private readonly List<Guid> _ids = [];
    private readonly List<short> _headKinds = [];
    private readonly List<long> _counts = [];
    private readonly List<DateTime> _newest = [];
    private readonly List<int> _lineHeads = [];
    private readonly List<long> _after = [];
    private readonly List<Guid> _senders = [];
    private readonly List<string> _nicknames = [];
    private readonly List<string> _clientIds = [];
    private readonly List<short> _kinds = [];
    private readonly List<byte[]> _contents = [];
    private readonly List<DateTime> _times = [];
    private readonly List<string> _nodes = [];
    private readonly List<int> _writerHeads = [];
    private readonly List<Guid> _writerIds = [];
    private readonly List<Guid?> _peers = [];
    private readonly List<long> _writerAfter = [];
    private readonly List<bool> _alone = [];

    public AppendLines(NpgsqlConnection connection)
    {
        _command = new(Sql, connection);
        _command.AddArray(_ids, NpgsqlDbType.Uuid);
        _command.AddArray(_headKinds, NpgsqlDbType.Smallint);
        _command.AddArray(_counts, NpgsqlDbType.Bigint);
        _command.AddArray(_newest, NpgsqlDbType.TimestampTz);
        _command.AddArray(_lineHeads, NpgsqlDbType.Integer);
        _command.AddArray(_after, NpgsqlDbType.Bigint);
        _command.AddArray(_senders, NpgsqlDbType.Uuid);
        _command.AddArray(_nicknames, NpgsqlDbType.Text);
        _command.AddArray(_clientIds, NpgsqlDbType.Text);
        _command.AddArray(_kinds, NpgsqlDbType.Smallint);
        _command.AddArray(_contents, NpgsqlDbType.Text);
        _command.AddArray(_times, NpgsqlDbType.TimestampTz);
        _command.AddArray(_nodes, NpgsqlDbType.Text);
        _command.AddArray(_writerHeads, NpgsqlDbType.Integer);
        _command.AddArray(_writerIds, NpgsqlDbType.Uuid);
        _command.AddArray(_peers, NpgsqlDbType.Uuid);
        _command.AddArray(_writerAfter, NpgsqlDbType.Bigint);
        _command.AddArray(_alone, NpgsqlDbType.Boolean);
    }

    /// <summary>Null when it was not for this statement: nothing was stored.</summary>
    public async Task<AppendResult?[]?> ExecuteAsync(IReadOnlyList<PendingAppend> batch)
    {
        if (!TryFill(batch))
            return null;
        long[] seqs, lines;
        await _command.PrepareAsync();
        await using (var reader = await _command.ExecuteReaderAsync())
        {
            var isStored = await reader.ReadAsync();
            (seqs, lines) = isStored ? (reader.GetFieldValue<long[]>(0), reader.GetFieldValue<long[]>(1)) : ([], []);
            // The row comes before the commit; its success, or failure, is what closing waits for.
            await reader.CloseAsync();
            if (!isStored && batch.Count > 0)
                return null;
        }
        var results = new AppendResult?[batch.Count];
        for (var index = 0; index < results.Length; index++)
        {
            var head = _lineHeads[index] - 1;
            results[index] = new(batch[index].Event.ToFrame(seqs[head] - _after[index], lines[head] - _after[index]), Duplicate: false);
        }
        return results;
    }

    private bool TryFill(IReadOnlyList<PendingAppend> batch)
    {
        _heads.Clear();
        _writers.Clear();
        _command.ClearArrays();
        for (var index = 0; index < batch.Count; index++)
        {
            var added = batch[index].Event;
            if (added is not { Target: null, Conversation.IsRoom: false, Content.Mentions: null, Kind: { Effect: null, IsAboutConversation: false } })
                return false;
            CollectionsMarshal.GetValueRefOrAddDefault(_heads, added.Conversation.Value, out _)++;
        }
        _ids.AddRange(_heads.Keys);
        _ids.Sort(); // as Postgres compares them, byte by byte
        for (var head = 0; head < _ids.Count; head++)
        {
            _counts.Add(_heads[_ids[head]]);
            _headKinds.Add(-1);
            _newest.Add(DateTime.MinValue);
            _heads[_ids[head]] = head + 1; // Postgres counts from 1
        }
        CollectionsMarshal.SetCount(_after, batch.Count);
        // From the newest: how many come after one is known when it is reached.
        Span<long> after = stackalloc long[_ids.Count];
        after.Clear();
        for (var index = batch.Count - 1; index >= 0; index--)
        {
            var added = batch[index].Event;
            var head = _heads[added.Conversation.Value];
            _after[index] = after[head - 1]++;
            if (_writers.Add((head, added.From.Id)))
                AddWriter(head, added, _after[index]);
        }
        foreach (var pending in batch)
            if (!TryAddLine(pending.Event))
                return false;
        for (var writer = 0; writer < _peers.Count; writer++)
            _alone.Add(_peers[writer] is { } peer && !_writers.Contains((_writerHeads[writer], peer)));
        return true;
    }

    private void AddWriter(int head, NewEvent added, long after)
    {
        _writerHeads.Add(head);
        _writerIds.Add(added.From.Id);
        _peers.Add(added.To);
        _writerAfter.Add(after);
    }

    private bool TryAddLine(NewEvent added)
    {
        var head = _heads[added.Conversation.Value];
        var (kind, at) = ((short)(added.To is null ? 0 : 1), DateTimeOffset.FromUnixTimeMilliseconds(added.At).UtcDateTime);
        if (_headKinds[head - 1] is not -1 and var other && other != kind)
            return false;
        _headKinds[head - 1] = kind;
        if (_newest[head - 1] < at)
            _newest[head - 1] = at;
        _lineHeads.Add(head);
        _senders.Add(added.From.Id);
        _nicknames.Add(added.From.Nickname);
        _clientIds.Add(added.ClientId);
        _kinds.Add(added.Kind.Number);
        _contents.Add(added.Content.Content.ToArray());
        _times.Add(at);
        _nodes.Add(added.Node);
        return true;
    }

    public ValueTask DisposeAsync() => _command.DisposeAsync();
}
