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
    // item:     what the batch brings, with what is stored already under the same (conversation, sender, client id), and whether its recipient has an account.
    // fresh:    what is not, numbered within its conversation; without what is from or for somebody who has no account, of which no row comes back.
    // advanced: the heads of the conversations, made where they are missing. Its order by id is the order in which every node locks them: no deadlock.
    //           A row that another node has just advanced is waited for and read anew, so sequences continue there.
    // placed:   every fresh message with its sequence: how far its conversation was before, and its number. A window over both, because the planner
    //           knows nothing of the batch's size and would join them row by row, which grows with its square.
    // member:   the sender has read what it sent; the first message of a direct conversation makes the other member too.
    // A message that another node stores between the look into messages and the lock violates the unique index: all is undone, and the next try finds it.
    private const string Sql = """
        WITH gone AS MATERIALIZED (
            SELECT id FROM users WHERE id = ANY ($2) AND erasing_at IS NOT NULL
        ), item AS MATERIALIZED (
            SELECT i.*, i.peer_id IS NULL OR p.id IS NOT NULL AS has_peer,
                   m.seq AS known_seq, m.sender_nickname AS known_nickname, m.body AS known_body, m.at AS known_at, m.node AS known_node
            FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) WITH ORDINALITY AS i (conversation_id, sender_id, sender_nickname, peer_id, client_id, body, at, node, position)
            LEFT JOIN LATERAL (
                SELECT * FROM messages s WHERE s.conversation_id = i.conversation_id AND s.sender_id = i.sender_id AND s.client_id = i.client_id LIMIT 1
            ) m ON true
            LEFT JOIN LATERAL (SELECT id FROM users WHERE id = i.peer_id AND erased_at IS NULL LIMIT 1) p ON true
        ), fresh AS MATERIALIZED (
            SELECT conversation_id, sender_id, sender_nickname, peer_id, client_id, body, at, node, position,
                   row_number() OVER (PARTITION BY conversation_id ORDER BY position) AS number
            FROM item WHERE known_seq IS NULL AND has_peer AND sender_id NOT IN (SELECT id FROM gone)
        ), advanced AS (
            INSERT INTO conversations AS c (id, kind, last_seq, last_message_at)
            SELECT conversation_id, CASE WHEN peer_id IS NULL THEN 0 ELSE 1 END, count(*), max(at) FROM fresh GROUP BY 1, 2 ORDER BY 1
            ON CONFLICT (id) DO UPDATE SET last_seq = c.last_seq + excluded.last_seq, last_message_at = greatest(c.last_message_at, excluded.last_message_at)
            RETURNING id, last_seq
        ), placed AS MATERIALIZED (
            SELECT * FROM (
                SELECT *, max(last_seq) OVER conversation - count(position) OVER conversation + number AS seq
                FROM (
                    SELECT *, NULL AS last_seq FROM fresh
                    UNION ALL
                    SELECT id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, last_seq FROM advanced
                ) messages_and_heads
                WINDOW conversation AS (PARTITION BY conversation_id)
            ) numbered
            WHERE position IS NOT NULL
        ), stored AS (
            INSERT INTO messages (conversation_id, seq, sender_id, sender_nickname, client_id, body, at, node)
            SELECT conversation_id, seq, sender_id, sender_nickname, client_id, body, at, node FROM placed
        ), member AS (
            INSERT INTO members AS m (conversation_id, user_id, peer_id, read_seq, written)
            SELECT conversation_id, sender_id, peer_id, max(seq), true FROM placed GROUP BY 1, 2, 3
            UNION ALL
            SELECT p.conversation_id, p.peer_id, p.sender_id, 0, false FROM placed p
            WHERE p.seq = 1 AND p.peer_id IS NOT NULL AND NOT EXISTS (SELECT FROM placed o WHERE o.conversation_id = p.conversation_id AND o.sender_id = p.peer_id)
            ON CONFLICT (conversation_id, user_id) DO UPDATE SET read_seq = greatest(m.read_seq, excluded.read_seq), written = m.written OR excluded.written
        )
        SELECT position, seq, false, NULL, NULL, NULL::timestamptz, NULL FROM placed
        UNION ALL
        SELECT position, known_seq, true, known_nickname, known_body, known_at, known_node FROM item WHERE known_seq IS NOT NULL
        """;

    // Planned once: planning took longer than executing, and Postgres by itself planned each batch anew. By index, because that one plan is made while the tables are empty.
    // The pool takes the settings back with the connection.
    private const string Settings = "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET jit = off";

    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlCommand _command;
    private readonly List<Guid> _conversations = [];
    private readonly List<Guid> _senders = [];
    private readonly List<string> _nicknames = [];
    private readonly List<Guid?> _peers = [];
    private readonly List<string> _clientIds = [];
    private readonly List<string> _bodies = [];
    private readonly List<DateTime> _times = [];
    private readonly List<string> _nodes = [];
    private readonly Dictionary<(ConversationId Conversation, Guid Sender, string ClientId), int> _positions = [];
    private Task _running = Task.CompletedTask;

    private AppendStatement(NpgsqlConnection connection)
    {
        _connection = connection;
        _command = new(Sql, connection);
        Add(_conversations, NpgsqlDbType.Uuid);
        Add(_senders, NpgsqlDbType.Uuid);
        Add(_nicknames, NpgsqlDbType.Text);
        Add(_peers, NpgsqlDbType.Uuid);
        Add(_clientIds, NpgsqlDbType.Text);
        Add(_bodies, NpgsqlDbType.Text);
        Add(_times, NpgsqlDbType.TimestampTz);
        Add(_nodes, NpgsqlDbType.Text);
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
        await _command.PrepareAsync();
        await using (var reader = await _command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                var index = firsts[(int)reader.GetInt64(0) - 1];
                results[index] = Read(reader, batch[index].Message);
            }
            // The rows come before the commit; its success, or failure, is what closing waits for.
            await reader.CloseAsync();
        }
        for (var index = 0; index < results.Length; index++)
            results[index] ??= results[firsts[_positions[KeyOf(batch[index].Message)]]] is { } first ? first with { Duplicate = true } : null;
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
        _bodies.Clear();
        _times.Clear();
        _nodes.Clear();
        var firsts = new List<int>(batch.Count);
        for (var index = 0; index < batch.Count; index++)
        {
            var message = batch[index].Message;
            if (!_positions.TryAdd(KeyOf(message), firsts.Count))
                continue;
            firsts.Add(index);
            _conversations.Add(message.Conversation.Value);
            _senders.Add(message.From.Id);
            _nicknames.Add(message.From.Nickname);
            _peers.Add(message.To);
            _clientIds.Add(message.ClientId);
            _bodies.Add(message.Text);
            _times.Add(DateTimeOffset.FromUnixTimeMilliseconds(message.At).UtcDateTime);
            _nodes.Add(message.Node);
        }
        return firsts;
    }

    private static AppendResult Read(NpgsqlDataReader reader, NewMessage sent)
    {
        var seq = reader.GetInt64(1);
        if (!reader.GetBoolean(2))
            return new(new(sent.Conversation, seq, sent.ClientId, sent.From, sent.Text, sent.At, sent.Node) { To = sent.To }, Duplicate: false);
        var from = sent.From with { Nickname = reader.GetString(3) };
        return new(new(sent.Conversation, seq, sent.ClientId, from, reader.GetString(4), reader.GetUnixMilliseconds(5), reader.GetString(6)) { To = sent.To }, Duplicate: true);
    }

    private static (ConversationId, Guid, string) KeyOf(NewMessage message) => (message.Conversation, message.From.Id, message.ClientId);

    private void Add<T>(List<T> values, NpgsqlDbType type) =>
        _command.Parameters.Add(new NpgsqlParameter<List<T>> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type });

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
            await _command.DisposeAsync();
            await _connection.DisposeAsync();
        }
        catch (NpgsqlException)
        {
            // It broke; there is nothing to give back.
        }
    }
}
