using Im.Core.Data;
using Im.Core.Messages;
using Npgsql;
using NpgsqlTypes;

namespace Im.Core.Search;

/// <summary>
/// Puts what was committed into the index. How far a conversation is indexed is said by its newest chunk, so a crash loses nothing and doubles nothing: whoever comes next compares once how far each is
/// and has come, and from then on asks what was stored since, as the nodes' sweep does.
/// </summary>
/// <remarks>
/// A text that is edited or erased while its chunk is being made would be in it as it was. So the indexer holds an advisory lock on the conversation, for which the trigger that opens a chunk waits; the
/// indexer itself waits for nobody, and leaves a conversation whose lock is taken for later. Appends take no such lock.
/// </remarks>
internal sealed class SearchIndexer(ImDataSource data, IEventStore store, IEnumerable<ILogFollower> followers) : IAsyncDisposable
{
    /// <summary>Any number; the trigger in the migration <c>Search</c> has it too.</summary>
    public const int ConversationLock = 0x496D_7365;

    /// <summary>Any number: of all nodes one indexes.</summary>
    private const long IndexerLock = 0x496D_5365_6172;

    private const int MaxConversations = 256, MaxLines = 4_096, ComparedAtOnce = 5_000;

    private const string CompareSql = """
        SELECT c.id, coalesce(s.last_line, 0) < c.last_line
        FROM (SELECT id, last_line FROM conversations WHERE $1::uuid IS NULL OR id > $1 ORDER BY id LIMIT $2) c
        LEFT JOIN LATERAL (SELECT last_line FROM search_chunks WHERE conversation_id = c.id ORDER BY first_line DESC LIMIT 1) s ON true
        ORDER BY c.id
        """;

    // Who leads asks something at least once a second. Where it has not for so long it hangs, and its connection is ended, so that it cannot go on where another one has begun.
    private const string EndSql = """
        SELECT pg_terminate_backend(a.pid) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
        WHERE l.locktype = 'advisory' AND l.database = a.datid AND a.datname = current_database() AND l.classid = ($1 >> 32)::oid AND l.objid = ($1 & 4294967295)::oid AND l.objsubid = 1 AND l.granted
            AND a.state_change < clock_timestamp() - $2
        """;

    // Durable is the text; what of the index a crash of Postgres takes back is made again.
    private const string LockSql = "SELECT id FROM unnest($1) id WHERE set_config('synchronous_commit', 'off', true) IS NOT NULL AND pg_try_advisory_xact_lock($2, uuid_hash(id))";

    // The newest chunks may still grow, which the older small ones among them also do.
    private const string ChunksSql = """
        SELECT c.id, c.last_line, t.first_line, t.last_line, t.oldest, t.newest, t.tokens
        FROM conversations c LEFT JOIN LATERAL (
            SELECT * FROM search_chunks s WHERE s.conversation_id = c.id AND s.first_line IN (
                (SELECT first_line FROM search_chunks WHERE conversation_id = c.id ORDER BY first_line DESC LIMIT 6)
                UNION ALL
                (SELECT first_line FROM search_chunks WHERE conversation_id = c.id AND tokens IS NULL ORDER BY first_line LIMIT 32)
            )
        ) t ON true
        WHERE c.id = ANY ($1)
        ORDER BY c.id, t.first_line
        """;

    /// <summary>More than any statement here takes, and less than somebody who searches waits for without wondering.</summary>
    internal TimeSpan MaxSilence { get; set; } = TimeSpan.FromSeconds(20);

    private readonly HashSet<Guid> _behind = [];
    private readonly List<SearchUnit> _units = [];
    private NpgsqlConnection? _connection;
    private ulong? _mark;
    private string _epoch = "";

    /// <summary>Indexes all there is; in one process at a time. Returns how many lines were indexed.</summary>
    public async Task<int> IndexAsync(CancellationToken cancellationToken)
    {
        try
        {
            var connection = _connection ??= await data.Source.OpenConnectionAsync(cancellationToken);
            if (_mark is null && !await TryLeadAsync(connection, cancellationToken))
                return 0;
            // First the mark: what is stored after it comes with the changes.
            var (found, indexed) = (await store.ReadChangesAsync(_mark, cancellationToken), 0);
            if (_mark is not null && (found.Epoch != _epoch || found.Mark < _mark))
            {
                await StartOverAsync(); // the store is another one
                return 0;
            }
            _epoch = found.Epoch;
            foreach (var follower in followers)
                follower.Follow(_mark is null ? null : found.Conversations);
            if (_mark is null)
                await CompareAsync(connection, cancellationToken);
            _mark = found.Mark;
            _behind.UnionWith(found.Conversations.Select(change => change.Conversation.Value));
            await ReadIdsAsync(connection, "SELECT DISTINCT conversation_id FROM (SELECT conversation_id FROM search_chunks WHERE tokens IS NULL LIMIT 1000) s", cancellationToken);
            for (var waiting = new Queue<Guid>(_behind); waiting.Count > 0;)
            {
                var batch = new List<Guid>();
                while (batch.Count < MaxConversations && waiting.TryDequeue(out var conversation))
                    batch.Add(conversation);
                indexed += await IndexAsync(connection, batch, waiting, cancellationToken);
            }
            return indexed;
        }
        catch
        {
            await StartOverAsync();
            throw;
        }
    }

    private async Task<bool> TryLeadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (await LeaderLock.TryTakeAsync(connection, IndexerLock, cancellationToken))
            return true;
        await using var end = new NpgsqlCommand(EndSql, connection) { Parameters = { new() { Value = IndexerLock }, new() { Value = MaxSilence } } };
        await end.ExecuteNonQueryAsync(cancellationToken);
        return false;
    }

    private async Task CompareAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        for (object after = DBNull.Value; ;)
        {
            await using var command = new NpgsqlCommand(CompareSql, connection) { Parameters = { new() { Value = after, NpgsqlDbType = NpgsqlDbType.Uuid }, new() { Value = ComparedAtOnce } } };
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            var count = 0;
            for (; await rows.ReadAsync(cancellationToken); count++)
            {
                after = rows.GetGuid(0);
                if (rows.GetBoolean(1))
                    _behind.Add(rows.GetGuid(0));
            }
            if (count < ComparedAtOnce)
                return;
        }
    }

    private async Task ReadIdsAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
            _behind.Add(rows.GetGuid(0));
    }

    /// <param name="waiting">What has more than a batch takes comes behind the others; what is locked, next time.</param>
    private async Task<int> IndexAsync(NpgsqlConnection connection, List<Guid> batch, Queue<Guid> waiting, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var locked = new List<Guid>();
        await using (var command = new NpgsqlCommand(LockSql, connection) { Parameters = { new() { Value = batch.ToArray() }, new() { Value = ConversationLock } } })
        await using (var rows = await command.ExecuteReaderAsync(cancellationToken))
            while (await rows.ReadAsync(cancellationToken))
                locked.Add(rows.GetGuid(0));
        var each = Math.Max(SearchPiece.MaxLines, MaxLines / Math.Max(1, locked.Count));
        var states = await ReadStatesAsync(connection, locked, cancellationToken);
        var indexed = 0;
        await SearchLines.ReadAsync(connection, [.. states.Values.SelectMany(state => state.Wanted(each))], (range, line) =>
        {
            states[range.Conversation].Take(line);
            indexed++;
        }, cancellationToken);
        foreach (var state in states.Values)
            state.Finish(_units);
        await WriteAsync(connection, states.Values, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        foreach (var conversation in locked)
            if (states.TryGetValue(conversation, out var state) && state.HasMore)
                waiting.Enqueue(conversation);
            else
                _behind.Remove(conversation);
        return indexed;
    }

    private static async Task<Dictionary<Guid, IndexedConversation>> ReadStatesAsync(NpgsqlConnection connection, List<Guid> conversations, CancellationToken cancellationToken)
    {
        var states = new Dictionary<Guid, IndexedConversation>();
        await using var command = new NpgsqlCommand(ChunksSql, connection) { Parameters = { new() { Value = conversations.ToArray() } } };
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            var id = rows.GetGuid(0);
            if (!states.TryGetValue(id, out var state))
                states.Add(id, state = new(id, rows.GetInt64(1)));
            if (!rows.IsDBNull(2))
                state.Pieces.Add(new(rows.GetInt64(2), rows.GetInt64(3), rows.GetDateTime(4), rows.GetDateTime(5), rows.IsDBNull(6) ? null : rows.GetFieldValue<short[]>(6), isStored: true));
        }
        return states;
    }

    private static async Task WriteAsync(NpgsqlConnection connection, IReadOnlyCollection<IndexedConversation> states, CancellationToken cancellationToken)
    {
        var gone = states.SelectMany(state => state.Gone.Select(line => (state.Id, line))).ToList();
        if (gone.Count > 0)
        {
            await using var delete = new NpgsqlCommand("DELETE FROM search_chunks s USING unnest($1, $2) AS g (id, line) WHERE s.conversation_id = g.id AND s.first_line = g.line", connection)
            {
                Parameters = { new() { Value = gone.Select(g => g.Id).ToArray() }, new() { Value = gone.Select(g => g.line).ToArray() } },
            };
            await delete.ExecuteNonQueryAsync(cancellationToken);
        }
        if (!states.Any(state => state.Pieces.Exists(piece => piece.IsChanged)))
            return;
        await using var import = await connection.BeginBinaryImportAsync("COPY search_chunks (conversation_id, first_line, last_line, oldest, newest, tokens) FROM STDIN (FORMAT BINARY)", cancellationToken);
        foreach (var state in states)
            foreach (var piece in state.Pieces.Where(piece => piece.IsChanged))
            {
                await import.StartRowAsync(cancellationToken);
                await import.WriteAsync(state.Id, NpgsqlDbType.Uuid, cancellationToken);
                await import.WriteAsync(piece.FirstLine, NpgsqlDbType.Bigint, cancellationToken);
                await import.WriteAsync(piece.LastLine, NpgsqlDbType.Bigint, cancellationToken);
                await import.WriteAsync(piece.Oldest, NpgsqlDbType.TimestampTz, cancellationToken);
                await import.WriteAsync(piece.Newest, NpgsqlDbType.TimestampTz, cancellationToken);
                await import.WriteAsync(piece.Tokens, NpgsqlDbType.Array | NpgsqlDbType.Smallint, cancellationToken);
            }
        await import.CompleteAsync(cancellationToken);
    }

    /// <summary>With a connection of its own again, and a comparison: the one there was may have died, and with it the lock.</summary>
    private async Task StartOverAsync()
    {
        (_mark, var connection) = (null, _connection);
        _connection = null;
        _behind.Clear();
        if (connection is not null)
            await LeaderLock.ReleaseAsync(connection);
    }

    public async ValueTask DisposeAsync() => await StartOverAsync();
}
