using Im.Core.Data;
using Im.Protocol;
using Npgsql;

namespace Im.Core.People;

internal sealed class PeopleStore(StoreReader reader) : IPeopleStore
{
    private const string Live = "erased_at IS NULL AND erasing_at IS NULL AND NOT is_program";

    // First who is found, by the index of words, then the page of them: few have what was typed, and the order's own index would be read to its end for them.
    private const string SearchSql = $"""
        WITH found AS MATERIALIZED (
            SELECT {UserRow.Columns}, normalized_user_name, display_name_key FROM users u WHERE {NameWords.Sql} @@ $1::text::tsquery AND {Live}
        )
        SELECT {UserRow.Columns}, normalized_user_name FROM found u
        WHERE normalized_user_name > $3 AND NOT EXISTS (SELECT FROM unnest($2::text[]) t WHERE strpos({NameWords.Names}, t) = 0)
        ORDER BY normalized_user_name LIMIT $4
        """;

    private const string ListSql = $"SELECT {UserRow.Columns}, normalized_user_name FROM users u WHERE {Live} AND normalized_user_name > $1 ORDER BY normalized_user_name LIMIT $2";

    private const string ByIdsSql = $"SELECT {UserRow.Columns} FROM users u WHERE id = ANY ($1) AND {Live}";

    private const string FindSql = $"""
        SELECT {UserRow.Columns},
               CASE WHEN NOT u.hides_last_seen AND NOT v.hides_last_seen AND NOT EXISTS (SELECT FROM blocks WHERE user_id = u.id AND blocked_id = v.id) THEN u.last_seen_at END,
               EXISTS (SELECT FROM blocks WHERE user_id = v.id AND blocked_id = u.id)
        FROM users u JOIN users v ON v.id = $2 WHERE u.id = $1 AND u.erased_at IS NULL AND u.erasing_at IS NULL
        """;

    private const string BlockSql = $"""
        WITH target AS (
            SELECT id, (SELECT count(*) FROM blocks WHERE user_id = $1 AND blocked_id <> $2) AS others FROM users WHERE id = $2 AND {Live}
        ), done AS (
            INSERT INTO blocks (user_id, blocked_id, at) SELECT $1, id, now() FROM target WHERE others < $3 ON CONFLICT DO NOTHING
        )
        SELECT others FROM target
        """;

    private const string AcceptSql = "UPDATE members SET written = true WHERE conversation_id = $1 AND user_id = $2 AND NOT written RETURNING true";

    private const string DeclineSql = """
        UPDATE members m SET declined_line = c.last_line, read_line = c.last_line FROM conversations c WHERE c.id = $1 AND m.conversation_id = c.id AND m.user_id = $2 AND NOT m.written RETURNING true
        """;

    public async Task<DirectoryPage> SearchAsync(string search, NameCursor? after, CancellationToken cancellationToken = default)
    {
        var query = NameWords.ToQuery(search);
        if (query is null && search.Length > 0)
            return new([], null); // nothing but what stands between words
        var (from, limit) = (after?.Name ?? "", PeopleLimits.PageSize + 1);
        var found = await reader.QueryAsync(query is null ? ListSql : SearchSql,
            query is null ? [from, limit] : [query, search.Split(' ', StringSplitOptions.RemoveEmptyEntries), from, limit], ReadAsync, cancellationToken);
        return found.Count < limit ? new([.. found.Select(each => each.User)], null) : new([.. found.SkipLast(1).Select(each => each.User)], new(found[^2].Name));

        static async Task<List<(UserInfo User, string Name)>> ReadAsync(NpgsqlDataReader rows)
        {
            var found = new List<(UserInfo, string)>();
            while (await rows.ReadAsync())
                found.Add((UserRow.Read(rows, 0), rows.GetString(UserRow.Count)));
            return found;
        }
    }

    public Task<ProfileInfo?> FindAsync(Guid userId, Guid viewer, CancellationToken cancellationToken = default) => reader.QueryAsync(FindSql, [userId, viewer], async rows =>
        await rows.ReadAsync()
            ? new ProfileInfo(UserRow.Read(rows, 0)) { LastSeen = rows.IsDBNull(UserRow.Count) ? null : rows.GetUnixMilliseconds(UserRow.Count), Blocked = rows.GetBoolean(UserRow.Count + 1) ? true : null }
            : null, cancellationToken);

    public Task<bool> GetLastSeenAsync(Guid userId, CancellationToken cancellationToken = default) =>
        AskAsync("SELECT NOT hides_last_seen FROM users WHERE id = $1", [userId], cancellationToken);

    public Task SetLastSeenAsync(Guid userId, bool shown, CancellationToken cancellationToken = default) => AskAsync(
        "UPDATE users SET hides_last_seen = NOT $2, last_seen_at = CASE WHEN $2 THEN coalesce(last_seen_at, now()) END WHERE id = $1 AND erasing_at IS NULL RETURNING true", [userId, shown], cancellationToken);

    public Task SeeAsync(IReadOnlyCollection<Guid> users, CancellationToken cancellationToken = default) => AskAsync(
        "UPDATE users SET last_seen_at = now() WHERE id = ANY ($1) AND NOT hides_last_seen AND erasing_at IS NULL RETURNING true", [users.ToArray()], cancellationToken);

    public Task<IReadOnlyList<UserInfo>> FindManyAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken = default) => ListAsync(ByIdsSql, ids.ToArray(), cancellationToken);

    public Task<IReadOnlyList<UserInfo>> ListBlockedAsync(Guid userId, CancellationToken cancellationToken = default) =>
        ListAsync($"SELECT {UserRow.Columns} FROM blocks b JOIN users u ON u.id = b.blocked_id WHERE b.user_id = $1 ORDER BY u.normalized_user_name", userId, cancellationToken);

    private Task<IReadOnlyList<UserInfo>> ListAsync(string sql, object whose, CancellationToken cancellationToken) => reader.QueryAsync(sql, [whose], async rows =>
    {
        var found = new List<UserInfo>();
        while (await rows.ReadAsync())
            found.Add(UserRow.Read(rows, 0));
        return (IReadOnlyList<UserInfo>)found;
    }, cancellationToken);

    public Task<BlockResult> BlockAsync(Guid userId, Guid blocked, CancellationToken cancellationToken = default) => reader.QueryAsync(BlockSql, [userId, blocked, (long)PeopleLimits.MaxBlocks], async rows =>
        !await rows.ReadAsync() ? BlockResult.Nobody : rows.GetInt64(0) < PeopleLimits.MaxBlocks ? BlockResult.Done : BlockResult.TooMany, cancellationToken);

    public Task<bool> UnblockAsync(Guid userId, Guid blocked, CancellationToken cancellationToken = default) =>
        AskAsync("DELETE FROM blocks WHERE user_id = $1 AND blocked_id = $2 RETURNING true", [userId, blocked], cancellationToken);

    public Task<bool> AnswerRequestAsync(Guid userId, Guid peer, bool accept, CancellationToken cancellationToken = default) =>
        AskAsync(accept ? AcceptSql : DeclineSql, [ConversationId.Direct(userId, peer).Value, userId], cancellationToken);

    private Task<bool> AskAsync(string sql, object[] values, CancellationToken cancellationToken) =>
        reader.QueryAsync(sql, values, async rows => await rows.ReadAsync() && rows.GetBoolean(0), cancellationToken);
}
