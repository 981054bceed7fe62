using System.Runtime.InteropServices;
using Im.Core.Data;
using Im.Protocol;
using Npgsql;
using NpgsqlTypes;

namespace Im.Core.Messages;

/// <summary>
/// Stores a batch with one statement, which is its own transaction: one round trip, no client between lock and commit (a node that freezes holds no lock), and when it
/// fails no sequence is used up. Belongs to one connection and one caller at a time.
/// </summary>
internal sealed class AppendStatement : IAsyncDisposable
{
    // gone:     which of the senders are being deleted, or were. Read from a small index of those alone; see AccountData, which waits for statements that looked before.
    // item:     what the batch brings, with what is stored already under the same (conversation, sender, client id), and whether its recipient has an account, or its sender is in the room;
    //           nothing is looked up for the latter in the lobby and in direct conversations. Who leaves a room waits for statements that looked before: see AppendsUnderWay.
    // fresh:    what is not, numbered within its conversation, and its lines among themselves; without what is from or for somebody who has no account, of which no row comes back.
    // advanced: the heads of the conversations, made where they are missing. Its order by id is the order in which every node locks them: no deadlock.
    //           A row that another node has just advanced is waited for and read anew, so numbers continue there.
    // placed:   every fresh event with its numbers: how far its conversation was before, and its own. A window over both, because the planner
    //           knows nothing of the batch's size and would join them row by row, which grows with its square.
    // member:   the sender has read up to its own line; the first line of a direct conversation makes the other member too.
    // An event that another node stores between the look into events and the lock violates the unique index: all is undone, and the next try finds it.
    // What an event does to its target is done by the trigger of the table.
    // Nearly every batch is of lines alone that point at nothing and name nobody: for those the statement is the same with a third of the columns and windows less.
    private static string SqlOf(bool plain) => $"""
        WITH gone AS MATERIALIZED (
            SELECT id FROM users WHERE id = ANY ($2) AND erasing_at IS NOT NULL
        ), item AS MATERIALIZED (
            SELECT i.*, (i.peer_id IS NULL OR p.id IS NOT NULL){Membership(plain)} AS has_peer, e.seq AS known_seq
            FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9{(plain ? "" : ", $10, $11, $12, $13")}) WITH ORDINALITY
                AS i (conversation_id, sender_id, sender_nickname, peer_id, client_id, kind, content, at, node{Extra(plain)}, position)
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
            SELECT conversation_id, sender_id, sender_nickname, peer_id, client_id, kind, content, at, node{Extra(plain)}, position,
                   row_number() OVER conversation AS number{(plain ? "" : ", count(*) FILTER (WHERE effect IS NULL) OVER conversation AS line_number")}
            FROM item WHERE known_seq IS NULL AND ({(plain ? "" : "effect = 0 OR ")}has_peer AND sender_id NOT IN (SELECT id FROM gone))
            WINDOW conversation AS (PARTITION BY conversation_id ORDER BY position)
        ), advanced AS (
            INSERT INTO conversations AS c (id, kind, last_seq, last_line, last_message_at)
            SELECT conversation_id, CASE WHEN peer_id IS NULL THEN 0 ELSE 1 END, count(*), count(*){Lines(plain)}, max(at){Lines(plain)}
            FROM fresh GROUP BY 1, 2 ORDER BY 1
            ON CONFLICT (id) DO UPDATE SET last_seq = c.last_seq + excluded.last_seq, last_line = c.last_line + excluded.last_line,
                last_message_at = greatest(c.last_message_at, excluded.last_message_at)
            RETURNING id, last_seq, last_line
        ), placed AS MATERIALIZED (
            SELECT * FROM (
                SELECT *, max(last_seq) OVER conversation - count(position) OVER conversation + number AS seq,
                       {(plain
                           ? "max(last_line) OVER conversation - count(position) OVER conversation + number"
                           : "CASE WHEN effect IS NULL THEN max(last_line) OVER conversation - count(position) FILTER (WHERE effect IS NULL) OVER conversation + line_number END")} AS line
                FROM (
                    SELECT *, NULL AS last_seq, NULL AS last_line FROM fresh
                    UNION ALL
                    SELECT id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, {(plain ? "" : "NULL, NULL, NULL, NULL, NULL, ")}NULL, NULL, last_seq, last_line FROM advanced
                ) events_and_heads
                WINDOW conversation AS (PARTITION BY conversation_id)
            ) numbered
            WHERE position IS NOT NULL
        ), stored AS (
            INSERT INTO events (conversation_id, seq, line, kind, sender_id, sender_nickname, client_id, content, at, node{Extra(plain)})
            SELECT conversation_id, seq, line, kind, sender_id, sender_nickname, client_id, content, at, node{(plain ? "" : ", target, effect, slot, mentions::uuid[]")} FROM placed
        ), member AS (
            INSERT INTO members AS m (conversation_id, user_id, peer_id, read_line, written)
            SELECT conversation_id, sender_id, peer_id, max(line), true FROM placed {(plain ? "" : "WHERE line IS NOT NULL ")}GROUP BY 1, 2, 3
            UNION ALL
            SELECT p.conversation_id, p.peer_id, p.sender_id, 0, false FROM placed p
            WHERE p.seq = 1 AND p.peer_id IS NOT NULL AND NOT EXISTS (SELECT FROM placed o WHERE o.conversation_id = p.conversation_id AND o.sender_id = p.peer_id)
            ON CONFLICT (conversation_id, user_id) DO UPDATE SET read_line = greatest(m.read_line, excluded.read_line), written = m.written OR excluded.written
        )
        SELECT position, seq, line, false FROM placed
        UNION ALL
        SELECT position, known_seq, NULL, true FROM item WHERE known_seq IS NOT NULL
        """;

    private static string Extra(bool plain) => plain ? "" : ", target, effect, slot, mentions";

    // What an administrator of the installation erases is asked of nobody.
    private static string Membership(bool plain) =>
        $" AND (i.peer_id IS NOT NULL OR i.conversation_id = '00000000-0000-0000-0000-000000000000' OR coalesce(o.allowed{(plain ? "" : " OR i.effect = 3")}, false))";

    private static string Lines(bool plain) => plain ? "" : " FILTER (WHERE effect IS NULL)";

    private static readonly string PlainSql = SqlOf(plain: true), WholeSql = SqlOf(plain: false);

    // The first ones of duplicates, which are few.
    private const string KnownSql = $"SELECT {EventRow.Columns} FROM events e {EventRow.FromSender} WHERE e.conversation_id = $1 AND e.seq = $2";

    // Planned once: planning took longer than executing, and Postgres by itself planned each batch anew. By index, because that one plan is made while the tables are empty.
    // The pool takes the settings back with the connection.
    private const string Settings = "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET jit = off";

    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlCommand _plain, _whole;
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
    private Task _running = Task.CompletedTask;

    private AppendStatement(NpgsqlConnection connection)
    {
        _connection = connection;
        (_plain, _whole) = (new(PlainSql, connection), new(WholeSql, connection));
        foreach (var command in (NpgsqlCommand[])[_plain, _whole])
        {
            Add(command, _conversations, NpgsqlDbType.Uuid);
            Add(command, _senders, NpgsqlDbType.Uuid);
            Add(command, _nicknames, NpgsqlDbType.Text);
            Add(command, _peers, NpgsqlDbType.Uuid);
            Add(command, _clientIds, NpgsqlDbType.Text);
            Add(command, _kinds, NpgsqlDbType.Smallint);
            Add(command, _contents, NpgsqlDbType.Text);
            Add(command, _times, NpgsqlDbType.TimestampTz);
            Add(command, _nodes, NpgsqlDbType.Text);
        }
        Add(_whole, _targets, NpgsqlDbType.Bigint);
        Add(_whole, _effects, NpgsqlDbType.Smallint);
        Add(_whole, _slots, NpgsqlDbType.Text);
        Add(_whole, _mentions, NpgsqlDbType.Text);
    }

    public static async Task<AppendStatement> OpenAsync(NpgsqlDataSource source)
    {
        var statement = new AppendStatement(await source.OpenConnectionAsync());
        try
        {
            await statement.SetUpAsync();
            return statement;
        }
        catch
        {
            await statement.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stores the batch, all or nothing. Returns only what is committed, in the order of <paramref name="batch"/>; null for a message from or to somebody who has no account.</summary>
    /// <exception cref="TimeoutException">No answer came in time: it may be stored or not, now or later. All that is left to do with this object is to dispose it.</exception>
    public Task<AppendResult?[]> ExecuteAsync(IReadOnlyList<PendingAppend> batch)
    {
        var running = RunAsync(batch);
        _running = running;
        return running.WaitAsync(ImDataSource.AnswerTimeout);
    }

    private Task SetUpAsync()
    {
        _running = ExecuteAsync();
        return _running.WaitAsync(ImDataSource.AnswerTimeout);

        async Task ExecuteAsync()
        {
            await using var settings = new NpgsqlCommand(Settings, _connection);
            await settings.ExecuteNonQueryAsync();
        }
    }

    private async Task<AppendResult?[]> RunAsync(IReadOnlyList<PendingAppend> batch)
    {
        var results = new AppendResult?[batch.Count];
        var firsts = Fill(batch);
        var known = new List<(int Index, long Seq)>();
        var command = _mentions.TrueForAll(named => named is null) && _targets.TrueForAll(target => target is null) && _effects.TrueForAll(effect => effect is null) ? _plain : _whole;
        await command.PrepareAsync();
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                var index = firsts[(int)reader.GetInt64(0) - 1];
                if (reader.GetBoolean(3))
                    known.Add((index, reader.GetInt64(1)));
                else
                    results[index] = new(ToFrame(batch[index].Event, reader.GetInt64(1), reader.IsDBNull(2) ? null : reader.GetInt64(2)), Duplicate: false);
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
        _conversations.Clear();
        _senders.Clear();
        _nicknames.Clear();
        _peers.Clear();
        _clientIds.Clear();
        _kinds.Clear();
        _targets.Clear();
        _effects.Clear();
        _slots.Clear();
        _contents.Clear();
        _mentions.Clear();
        _times.Clear();
        _nodes.Clear();
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
            _contents.Add(BytesOf(added.Content.Content));
            _mentions.Add(added.Content.Mentions is { } named ? $"{{{string.Join(',', named)}}}" : null);
            _times.Add(DateTimeOffset.FromUnixTimeMilliseconds(added.At).UtcDateTime);
            _nodes.Add(added.Node);
        }
        return firsts;
    }

    private static byte[] BytesOf(RawJson content) =>
        MemoryMarshal.TryGetArray(content.Utf8, out var part) && part is { Array: { } whole, Offset: 0 } && part.Count == whole.Length ? whole : content.Utf8.ToArray();

    private static EventFrame ToFrame(NewEvent added, long seq, long? line) => new(added.Conversation, seq, added.Kind.Name, added.From, added.At, added.Node)
    {
        Id = added.ClientId,
        Line = line,
        Target = added.Target,
        Effect = added.Kind.Effect,
        Slot = added.Content.Slot,
        To = added.To,
        Content = added.Content.Content,
    };

    private async Task<AppendResult> ReadKnownAsync(NewEvent again, long seq)
    {
        await using var command = new NpgsqlCommand(KnownSql, _connection) { Parameters = { new() { Value = again.Conversation.Value }, new() { Value = seq } } };
        await using var reader = await command.ExecuteReaderAsync();
        return await reader.ReadAsync() ? new(EventRow.Read(reader, 0), Duplicate: true) : throw new InvalidOperationException("An event that was there is gone.");
    }

    private static (ConversationId, Guid, string) KeyOf(NewEvent added) => (added.Conversation, added.From.Id, added.ClientId);

    private static void Add<T>(NpgsqlCommand command, List<T> values, NpgsqlDbType type) =>
        command.Parameters.Add(new NpgsqlParameter<List<T>> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type });

    /// <summary>Gives the connection back, at once, or when what it still waits for has come or failed.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_running.IsCompleted)
            await CloseAsync();
        else
            _ = _running.ContinueWith(_ => CloseAsync(), TaskScheduler.Default);
    }

    private async Task CloseAsync()
    {
        try
        {
            await _plain.DisposeAsync();
            await _whole.DisposeAsync();
            await _connection.DisposeAsync();
        }
        catch (NpgsqlException)
        {
            // It broke; there is nothing to give back.
        }
    }
}
