using Im.Protocol;
using Npgsql;
using NpgsqlTypes;

namespace Im.Core.Messages;

/// <summary>The statement for any batch: Postgres groups and numbers it, finds what is stored already, and leaves out what is from or to somebody who has no account.</summary>
internal sealed class AppendAny : IAsyncDisposable
{
    // gone:     which of the senders are being deleted, or were. Read from a small index of those alone; see AccountData, which waits for statements that looked before.
    // item:     what the batch brings, with what is stored already under the same (conversation, sender, client id), and whether its recipient has an account, or its sender is in the room;
    //           nothing is looked up for the latter in the lobby and in direct conversations. Who leaves a room waits for statements that looked before: see AppendsUnderWay.
    //           What an administrator of the installation erases (effect 3) is asked of nobody.
    // fresh:    what is not, numbered within its conversation, and its lines among themselves; without what is from or for somebody who has no account, of which no row comes back.
    // advanced: the heads of the conversations, made where they are missing. Its order by id is the order in which every node locks them: no deadlock.
    //           A row that another node has just advanced is waited for and read anew, so numbers continue there.
    // placed:   every fresh event with its numbers: how far its conversation was before, and its own. A window over both, because the planner
    //           knows nothing of the batch's size and would join them row by row, which grows with its square.
    // member:   the sender has read up to its own line; the first line of a direct conversation makes the other member too.
    // An event that another node stores between the look into events and the lock violates the unique index: all is undone, and the next try finds it.
    // What an event does to its target is done by the trigger of the table.
    // Of what is known already it is not known that a standby has it: its own commit may have given up waiting. A transaction that writes nothing does not wait, so this one writes something to the log.
    private const string Sql = """
        WITH gone AS MATERIALIZED (
            SELECT id FROM users WHERE id = ANY ($2) AND erasing_at IS NOT NULL
        ), item AS MATERIALIZED (
            SELECT i.*, (i.peer_id IS NULL OR p.id IS NOT NULL)
                   AND (i.peer_id IS NOT NULL OR i.conversation_id = '00000000-0000-0000-0000-000000000000' OR coalesce(o.allowed OR i.effect = 3, false)) AS has_peer, e.seq AS known_seq
            FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) WITH ORDINALITY
                AS i (conversation_id, sender_id, sender_nickname, peer_id, client_id, kind, content, at, node, target, effect, slot, mentions, position)
            LEFT JOIN LATERAL (
                SELECT seq FROM events s WHERE s.conversation_id = i.conversation_id AND s.sender_id = i.sender_id AND s.client_id = i.client_id LIMIT 1
            ) e ON true
            LEFT JOIN LATERAL (SELECT id FROM users WHERE id = i.peer_id AND erased_at IS NULL LIMIT 1) p ON true
            LEFT JOIN LATERAL (
                SELECT c.kind <> 2 OR m.role IS NOT NULL AND NOT r.archived AS allowed
                FROM conversations c LEFT JOIN rooms r ON r.id = c.id LEFT JOIN members m ON m.conversation_id = c.id AND m.user_id = i.sender_id
                WHERE c.id = i.conversation_id AND i.peer_id IS NULL AND i.conversation_id <> '00000000-0000-0000-0000-000000000000' LIMIT 1
            ) o ON true
        ), fresh AS MATERIALIZED (
            SELECT conversation_id, sender_id, sender_nickname, peer_id, client_id, kind, content, at, node, target, effect, slot, mentions, position,
                   row_number() OVER conversation AS number, count(*) FILTER (WHERE effect IS NULL) OVER conversation AS line_number
            FROM item WHERE known_seq IS NULL AND (effect = 0 OR has_peer AND sender_id NOT IN (SELECT id FROM gone))
            WINDOW conversation AS (PARTITION BY conversation_id ORDER BY position)
        ), advanced AS (
            INSERT INTO conversations AS c (id, kind, last_seq, last_line, last_message_at)
            SELECT conversation_id, CASE WHEN peer_id IS NULL THEN 0 ELSE 1 END, count(*), count(*) FILTER (WHERE effect IS NULL), max(at) FILTER (WHERE effect IS NULL)
            FROM fresh GROUP BY 1, 2 ORDER BY 1
            ON CONFLICT (id) DO UPDATE SET last_seq = c.last_seq + excluded.last_seq, last_line = c.last_line + excluded.last_line,
                last_message_at = greatest(c.last_message_at, excluded.last_message_at)
            RETURNING id, last_seq, last_line
        ), placed AS MATERIALIZED (
            SELECT * FROM (
                SELECT *, max(last_seq) OVER conversation - count(position) OVER conversation + number AS seq,
                       CASE WHEN effect IS NULL THEN max(last_line) OVER conversation - count(position) FILTER (WHERE effect IS NULL) OVER conversation + line_number END AS line
                FROM (
                    SELECT *, NULL AS last_seq, NULL AS last_line FROM fresh
                    UNION ALL
                    SELECT id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, last_seq, last_line FROM advanced
                ) events_and_heads
                WINDOW conversation AS (PARTITION BY conversation_id)
            ) numbered
            WHERE position IS NOT NULL
        ), stored AS (
            INSERT INTO events (conversation_id, seq, line, kind, sender_id, sender_nickname, client_id, content, at, node, target, effect, slot, mentions)
            SELECT conversation_id, seq, line, kind, sender_id, sender_nickname, client_id, content, at, node, target, effect, slot, mentions::uuid[] FROM placed
        ), member AS (
            INSERT INTO members AS m (conversation_id, user_id, peer_id, read_line, written)
            SELECT conversation_id, sender_id, peer_id, max(line), true FROM placed WHERE line IS NOT NULL GROUP BY 1, 2, 3
            UNION ALL
            SELECT p.conversation_id, p.peer_id, p.sender_id, 0, false FROM placed p
            WHERE p.seq = 1 AND p.peer_id IS NOT NULL AND NOT EXISTS (SELECT FROM placed o WHERE o.conversation_id = p.conversation_id AND o.sender_id = p.peer_id)
            ON CONFLICT (conversation_id, user_id) DO UPDATE SET read_line = greatest(m.read_line, excluded.read_line), written = m.written OR excluded.written
        )
        SELECT position, seq, line, false FROM placed
        UNION ALL
        SELECT position, known_seq, NULL, pg_logical_emit_message(true, 'im', '') IS NOT NULL FROM item WHERE known_seq IS NOT NULL
        """;

    // The first ones of duplicates, which are few.
    private const string KnownSql = $"SELECT {EventRow.Columns} FROM events e {EventRow.FromSender} WHERE e.conversation_id = $1 AND e.seq = $2";

    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlCommand _command;
    private readonly List<Guid> _conversations = [];
    private readonly List<Guid> _senders = [];
    private readonly List<string> _nicknames = [];
    private readonly List<Guid?> _peers = [];
    private readonly List<string> _clientIds = [];
    private readonly List<short> _kinds = [];
    private readonly List<long?> _targets = [];
    private readonly List<short?> _effects = [];
    private readonly List<string?> _slots = [];
    private readonly List<byte[]> _contents = [];
    private readonly List<string?> _mentions = [];
    private readonly List<DateTime> _times = [];
    private readonly List<string> _nodes = [];
    private readonly Dictionary<(ConversationId Conversation, Guid Sender, string ClientId), int> _positions = [];

    public AppendAny(NpgsqlConnection connection)
    {
        _connection = connection;
        _command = new(Sql, connection);
        _command.AddArray(_conversations, NpgsqlDbType.Uuid);
        _command.AddArray(_senders, NpgsqlDbType.Uuid);
        _command.AddArray(_nicknames, NpgsqlDbType.Text);
        _command.AddArray(_peers, NpgsqlDbType.Uuid);
        _command.AddArray(_clientIds, NpgsqlDbType.Text);
        _command.AddArray(_kinds, NpgsqlDbType.Smallint);
        _command.AddArray(_contents, NpgsqlDbType.Text);
        _command.AddArray(_times, NpgsqlDbType.TimestampTz);
        _command.AddArray(_nodes, NpgsqlDbType.Text);
        _command.AddArray(_targets, NpgsqlDbType.Bigint);
        _command.AddArray(_effects, NpgsqlDbType.Smallint);
        _command.AddArray(_slots, NpgsqlDbType.Text);
        _command.AddArray(_mentions, NpgsqlDbType.Text);
    }

    public async Task<AppendResult?[]> ExecuteAsync(IReadOnlyList<PendingAppend> batch)
    {
        var results = new AppendResult?[batch.Count];
        var firsts = Fill(batch);
        var known = new List<(int Index, long Seq)>();
        await _command.PrepareAsync();
        await using (var reader = await _command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                var index = firsts[(int)reader.GetInt64(0) - 1];
                if (reader.GetBoolean(3))
                    known.Add((index, reader.GetInt64(1)));
                else
                    results[index] = new(batch[index].Event.ToFrame(reader.GetInt64(1), reader.IsDBNull(2) ? null : reader.GetInt64(2)), Duplicate: false);
            }
            // The rows come before the commit; its success, or failure, is what closing waits for.
            await reader.CloseAsync();
        }
        foreach (var (index, seq) in known)
            results[index] = await ReadKnownAsync(batch[index].Event, seq);
        for (var index = 0; index < results.Length; index++)
            results[index] ??= results[firsts[_positions[KeyOf(batch[index].Event)]]] is { } first ? first with { Duplicate = true } : null;
        return results;
    }

    /// <summary>Fills the parameters, each (conversation, sender, client id) once. Returns for each position among them its index in the batch.</summary>
    private List<int> Fill(IReadOnlyList<PendingAppend> batch)
    {
        _positions.Clear();
        _command.ClearArrays();
        var firsts = new List<int>(batch.Count);
        for (var index = 0; index < batch.Count; index++)
        {
            var added = batch[index].Event;
            if (!_positions.TryAdd(KeyOf(added), firsts.Count))
                continue;
            firsts.Add(index);
            _conversations.Add(added.Conversation.Value);
            _senders.Add(added.From.Id);
            _nicknames.Add(added.From.Nickname);
            _peers.Add(added.To);
            _clientIds.Add(added.ClientId);
            _kinds.Add(added.Kind.Number);
            _targets.Add(added.Target);
            _effects.Add(added.Kind.IsAboutConversation ? (short)0 : (short?)added.Kind.Effect);
            _slots.Add(added.Content.Slot);
            _contents.Add(added.Content.Content.ToArray());
            _mentions.Add(added.Content.Mentions is { } named ? $"{{{string.Join(',', named)}}}" : null);
            _times.Add(DateTimeOffset.FromUnixTimeMilliseconds(added.At).UtcDateTime);
            _nodes.Add(added.Node);
        }
        return firsts;
    }

    private async Task<AppendResult> ReadKnownAsync(NewEvent again, long seq)
    {
        await using var command = new NpgsqlCommand(KnownSql, _connection) { Parameters = { new() { Value = again.Conversation.Value }, new() { Value = seq } } };
        await using var reader = await command.ExecuteReaderAsync();
        return await reader.ReadAsync() ? new(EventRow.Read(reader, 0), Duplicate: true) : throw new InvalidOperationException("An event that was there is gone.");
    }

    private static (ConversationId, Guid, string) KeyOf(NewEvent added) => (added.Conversation, added.From.Id, added.ClientId);

    public ValueTask DisposeAsync() => _command.DisposeAsync();
}
