using System.Globalization;
using Im.Core.Data;
using Im.Core.Messages;
using Im.Protocol;
using Npgsql;
using NpgsqlTypes;

namespace Im.Core.Search;

/// <summary>
/// The search. First the newest chunks of all are looked through, which finds at once what stands in many; then, if that was not enough, the index is asked for the rest, which are few
/// then. Chunks are visited newest first, and their texts are read and compared here, until no chunk that is left can have a newer hit.
/// </summary>
internal sealed class SearchStore(ImDataSource data, ReplicaReader replica) : ISearchStore, IDisposable
{
    /// <summary>Of one process; the others wait.</summary>
    private const int MaxAtOnce = 4;

    private const int WalkedAtOnce = 1_000, MostFound = 4_096;

    private const string ScopeSql = """
        SELECT id, 0::smallint, 1::bigint, 1::bigint, NULL::bigint, NULL::bigint FROM conversations WHERE id = '00000000-0000-0000-0000-000000000000' AND ($2::uuid IS NULL OR id = $2)
        UNION ALL
        SELECT m.conversation_id, c.kind, coalesce(m.first_seq, 1), coalesce(m.first_line, 1), NULL, NULL FROM members m JOIN conversations c ON c.id = m.conversation_id
        WHERE m.user_id = $1 AND (c.kind = 1 OR c.kind = 2 AND m.role IS NOT NULL) AND ($2::uuid IS NULL OR c.id = $2)
        UNION ALL
        SELECT s.conversation_id, 2, s.first_seq, s.first_line, s.last_seq, s.last_line FROM members m JOIN room_stays s ON s.conversation_id = m.conversation_id AND s.user_id = m.user_id
        WHERE m.user_id = $1 AND ($2::uuid IS NULL OR s.conversation_id = $2)
        """;

    // $1 the conversations, $2 the tokens, $3 to $5 the chunk from which on, itself left out, $6 and $7 between which times.
    private const string WalkSql = """
        SELECT conversation_id, first_line, last_line, newest, conversation_id = ANY ($1) AND (tokens @> $2 OR tokens IS NULL)
        FROM search_chunks WHERE (newest, conversation_id, first_line) < ($3, $4, $5) AND newest >= $6 AND oldest < $7
        ORDER BY newest DESC, conversation_id DESC, first_line DESC LIMIT 1000
        """;

    private const string WalkOneSql = """
        SELECT conversation_id, first_line, last_line, newest, tokens @> $2 OR tokens IS NULL
        FROM search_chunks WHERE conversation_id = ANY ($1) AND (newest, conversation_id, first_line) < ($3, $4, $5) AND newest >= $6 AND oldest < $7
        ORDER BY newest DESC, conversation_id DESC, first_line DESC LIMIT 1000
        """;

    // Materialised, or the planner goes by time for what stands in few.
    private const string FindSql = """
        WITH found AS MATERIALIZED (
            SELECT conversation_id, first_line, last_line, newest, oldest FROM search_chunks WHERE tokens @> $2
            UNION ALL
            SELECT conversation_id, first_line, last_line, newest, oldest FROM search_chunks WHERE tokens IS NULL
        )
        SELECT conversation_id, first_line, last_line, newest, true
        FROM found WHERE conversation_id = ANY ($1) AND (newest, conversation_id, first_line) < ($3, $4, $5) AND newest >= $6 AND oldest < $7
        ORDER BY newest DESC, conversation_id DESC, first_line DESC LIMIT 4096
        """;

    private const string NamesSql = """
        SELECT c.id, c.kind, r.title, p.id, p.user_name FROM conversations c LEFT JOIN rooms r ON r.id = c.id
        LEFT JOIN members m ON m.conversation_id = c.id AND m.user_id = $1 AND c.kind = 1 LEFT JOIN users p ON p.id = m.peer_id
        WHERE c.id = ANY ($2)
        """;

    private readonly SemaphoreSlim _turns = new(MaxAtOnce);

    public async Task<SearchResponse> SearchAsync(Guid user, SearchRequest request, CancellationToken cancellationToken = default)
    {
        await _turns.WaitAsync(cancellationToken);
        try
        {
            if (await replica.TryAsync(connection => SearchOnAsync(connection, user, request, cancellationToken), cancellationToken) is { } answer)
                return answer;
            await using var connection = await data.Source.OpenConnectionAsync(cancellationToken);
            return await SearchOnAsync(connection, user, request, cancellationToken);
        }
        catch (Exception exception) when (PostgresFailures.Classify(exception) is PostgresFailure.Away or PostgresFailure.TimedOut)
        {
            throw new StoreUnavailableException(exception);
        }
        finally
        {
            _turns.Release();
        }
    }

    private static async Task<SearchResponse> SearchOnAsync(NpgsqlConnection connection, Guid user, SearchRequest request, CancellationToken cancellationToken)
    {
        // One moment for membership and texts: whoever is removed meanwhile reads nothing that came after.
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        await using (var bound = new NpgsqlCommand($"SET TRANSACTION READ ONLY; SET LOCAL statement_timeout = {(int)ImDataSource.AnswerTimeout.TotalMilliseconds}", connection))
            await bound.ExecuteNonQueryAsync(cancellationToken);
        return await SearchAsync(connection, user, request, cancellationToken);
    }

    private static async Task<SearchResponse> SearchAsync(NpgsqlConnection connection, Guid user, SearchRequest request, CancellationToken cancellationToken)
    {
        var scopes = await ReadScopesAsync(connection, user, request.Conversation, cancellationToken);
        var page = new SearchPage(request);
        var tokens = TokensOf(request);
        Chunk? last = null;
        for (var (isFirst, isMore) = (true, scopes.Count > 0); isMore && !page.IsFull; isFirst = false)
        {
            // What has no token, such as one single character, is found by going on from chunk to chunk.
            var isWalk = isFirst || tokens.Length == 0;
            var sql = !isWalk ? FindSql : request.Conversation is null ? WalkSql : WalkOneSql;
            var (chunks, end, count) = await ReadChunksAsync(connection, sql, [.. scopes.Keys], tokens, last, page.Since, page.Until, cancellationToken);
            isMore = count == (isWalk ? WalkedAtOnce : MostFound);
            for (var (done, step) = (0, 4); done < chunks.Count && !page.IsFull; done += step, step = Math.Min(64, step * 2))
            {
                await SearchLines.ReadAsync(connection, [.. chunks.Skip(done).Take(step).SelectMany(chunk => RangesOf(chunk, scopes[chunk.Conversation]))], page.Look, cancellationToken);
                if (done + step < chunks.Count)
                    page.Settle(chunks[done + step].Newest);
            }
            if (!page.IsFull)
                page.Settle(isMore ? end!.Value.Newest : null);
            last = end;
        }
        var (hits, next) = page.Finish();
        return new(hits, await ReadNamesAsync(connection, user, hits, cancellationToken), next?.ToString());
    }

    private static short[] TokensOf(SearchRequest request)
    {
        var tokens = new HashSet<short>();
        request.Terms.AddTokens(tokens);
        if (request.From is { } from)
            tokens.Add(SearchText.SenderToken(from));
        if (request.HasLink)
            tokens.Add(SearchText.LinkToken);
        if (request.HasFile)
            tokens.Add(SearchText.FileToken);
        return [.. tokens];
    }

    private static async Task<Dictionary<Guid, List<ReadSpan>>> ReadScopesAsync(NpgsqlConnection connection, Guid user, ConversationId? only, CancellationToken cancellationToken)
    {
        var scopes = new Dictionary<Guid, List<ReadSpan>>();
        await using var command = new NpgsqlCommand(ScopeSql, connection)
        {
            Parameters = { new() { Value = user }, new() { Value = only is { } conversation ? conversation.Value : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid } },
        };
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            if (!scopes.TryGetValue(rows.GetGuid(0), out var spans))
                scopes.Add(rows.GetGuid(0), spans = []);
            spans.Add(new(rows.GetInt64(2), rows.GetInt64(3), rows.IsDBNull(4) ? null : rows.GetInt64(4), rows.IsDBNull(5) ? null : rows.GetInt64(5)));
        }
        return scopes;
    }

    private static async Task<(List<Chunk> Chunks, Chunk? End, int Count)> ReadChunksAsync(
        NpgsqlConnection connection, string sql, Guid[] conversations, short[] tokens, Chunk? last, DateTime since, DateTime until, CancellationToken cancellationToken)
    {
        var found = new List<Chunk>();
        Chunk? end = null;
        var count = 0;
        await using var command = new NpgsqlCommand(sql, connection)
        {
            Parameters =
            {
                new() { Value = conversations }, new() { Value = tokens }, new() { Value = last?.Newest ?? SearchPage.Ever, NpgsqlDbType = NpgsqlDbType.TimestampTz },
                new() { Value = last?.Conversation ?? Guid.AllBitsSet }, new() { Value = last?.FirstLine ?? long.MaxValue },
                new() { Value = since, NpgsqlDbType = NpgsqlDbType.TimestampTz }, new() { Value = until, NpgsqlDbType = NpgsqlDbType.TimestampTz },
            },
        };
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        for (; await rows.ReadAsync(cancellationToken); count++)
        {
            end = new(rows.GetGuid(0), rows.GetInt64(1), rows.GetInt64(2), rows.GetDateTime(3));
            if (rows.GetBoolean(4))
                found.Add(end.Value);
        }
        return (found, end, count);
    }

    /// <summary>What of a chunk the reader may read, and which edits they are told of: as on a page of the room.</summary>
    private static IEnumerable<LineRange> RangesOf(Chunk chunk, List<ReadSpan> spans)
    {
        var told = $"{{{string.Join(',', spans.Select(span => string.Create(CultureInfo.InvariantCulture, $"[{span.FirstSeq},{span.LastSeq}{(span.LastSeq is null ? ')' : ']')}")))}}}";
        foreach (var span in spans)
            if (Math.Max(chunk.FirstLine, span.FirstLine) is var first && Math.Min(chunk.LastLine, span.LastLine ?? long.MaxValue) is var last && first <= last)
                yield return new(chunk.Conversation, first, last, told);
    }

    private static async Task<IReadOnlyList<SearchConversation>> ReadNamesAsync(NpgsqlConnection connection, Guid user, IReadOnlyList<SearchHit> hits, CancellationToken cancellationToken)
    {
        var found = new List<SearchConversation>();
        if (hits.Count == 0)
            return found;
        await using var command = new NpgsqlCommand(NamesSql, connection) { Parameters = { new() { Value = user }, new() { Value = hits.Select(hit => hit.Conversation.Value).Distinct().ToArray() } } };
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
            found.Add(new(new(rows.GetGuid(0)), (ConversationKind)rows.GetInt16(1) switch { ConversationKind.Lobby => "lobby", ConversationKind.Direct => "direct", _ => "room" },
                rows.IsDBNull(2) ? null : rows.GetString(2), rows.IsDBNull(3) ? null : new(rows.GetGuid(3), rows.GetString(4))));
        return found;
    }

    public void Dispose() => _turns.Dispose();

    private readonly record struct Chunk(Guid Conversation, long FirstLine, long LastLine, DateTime Newest);
}
