using Im.Core.Data;
using Im.Core.People;
using Im.Core.Rooms;
using Im.Protocol;
using Npgsql;

namespace Im.Core.Administration;

internal sealed class AdminStore(StoreReader reader) : IAdminStore
{
    private const string PersonColumns = "id, user_name, brief, normalized_user_name, created_at, is_admin, muted_until, banned_until, last_seen_at, display_name, display_name_key, picture";

    /// <summary>$1 search words, $2 what a nickname has, $3 after, $4 how many.</summary>
    private const string SearchSql = $"""
        WITH found AS MATERIALIZED (
            SELECT {PersonColumns} FROM users WHERE {NameWords.Sql} @@ $1::text::tsquery AND erased_at IS NULL
        )
        SELECT {PersonColumns} FROM found
        WHERE normalized_user_name > $3 AND NOT EXISTS (SELECT FROM unnest($2::text[]) t WHERE strpos({NameWords.Names}, t) = 0)
        """;

    /// <summary>$1 after, $2 how many.</summary>
    private const string ListSql = $"SELECT {PersonColumns} FROM users WHERE erased_at IS NULL AND normalized_user_name > $1";

    private const string RoomColumns = """
        SELECT r.id, r.title, r.topic, r.is_public, r.members, r.created_at, c.last_line, coalesce(f.bytes, 0), r.archived, o.id, o.user_name, c.last_message_at, r.title_key
        FROM rooms r JOIN conversations c ON c.id = r.id LEFT JOIN file_usage f ON f.holder = r.id
        LEFT JOIN LATERAL (SELECT u.id, u.user_name FROM members m JOIN users u ON u.id = m.user_id WHERE m.conversation_id = r.id AND m.role = 3 LIMIT 1) o ON true
        """;

    private const string RoomsSql = $"{RoomColumns} WHERE ($1 = '' OR strpos(r.title_key, $1) > 0) AND (r.title_key, r.id) > ($2, $3) ORDER BY r.title_key, r.id LIMIT $4";

    private const string KeysSql = """
        SELECT k.id, k.name, k.scopes, k.created_at, u.id, u.user_name FROM api_keys k JOIN users u ON u.id = k.owner_id
        """;

    private static readonly Guid Last = new("ffffffff-ffff-ffff-ffff-ffffffffffff");

    public Task<AdminPeoplePage> ListUsersAsync(string search, string? filter, NameCursor? after, CancellationToken cancellationToken = default)
    {
        var query = NameWords.ToQuery(search);
        if (query is null && search.Length > 0)
            return Task.FromResult(new AdminPeoplePage([], null)); // nothing but what stands between words
        var (from, limit) = (after?.Name ?? "", AdminLimits.PageSize + 1);
        var only = filter switch
        {
            AdminUserFilters.Administrators => " AND is_admin",
            AdminUserFilters.Muted => " AND muted_until > now()",
            AdminUserFilters.Banned => " AND banned_until > now()",
            _ => "",
        };
        var sql = query is null ? $"{ListSql}{only} ORDER BY normalized_user_name LIMIT $2" : $"{SearchSql}{only} ORDER BY normalized_user_name LIMIT $4";
        return reader.QueryAsync(sql, query is null ? [from, limit] : [query, search.Split(' ', StringSplitOptions.RemoveEmptyEntries), from, limit], async rows =>
        {
            var (found, names) = (new List<AdminPersonInfo>(), new List<string>());
            while (await rows.ReadAsync())
            {
                names.Add(rows.GetString(3));
                found.Add(new(rows.GetGuid(0), rows.GetString(1), rows.GetString(2), rows.GetUnixMilliseconds(4), rows.GetBoolean(5))
                {
                    Name = rows.GetString(9) is { Length: > 0 } name ? name : null, Picture = rows.IsDBNull(11) ? null : rows.GetString(11), MutedUntil = MomentOf(rows, 6), BannedUntil = MomentOf(rows, 7), LastSeen = MomentOf(rows, 8),
                });
            }
            return found.Count < limit ? new AdminPeoplePage(found, null) : new(found[..^1], new(names[^2]));
        }, cancellationToken);
    }

    public Task<AdminRoomsPage> ListRoomsAsync(string key, RoomCursor? after, CancellationToken cancellationToken = default) =>
        reader.QueryAsync(RoomsSql, [key, after?.TitleKey ?? "", after?.Room ?? Guid.Empty, AdminLimits.PageSize + 1], async rows =>
        {
            var (found, cursors) = (new List<AdminRoomInfo>(), new List<RoomCursor>());
            while (await rows.ReadAsync())
            {
                found.Add(ReadRoom(rows));
                cursors.Add(new(rows.GetString(12), rows.GetGuid(0)));
            }
            return found.Count <= AdminLimits.PageSize ? new AdminRoomsPage(found, null) : new(found[..^1], cursors[^2]);
        }, cancellationToken);

    public Task<AdminRoomInfo?> FindRoomAsync(ConversationId room, CancellationToken cancellationToken = default) =>
        reader.QueryAsync($"{RoomColumns} WHERE r.id = $1", [room.Value], async rows => await rows.ReadAsync() ? ReadRoom(rows) : null, cancellationToken);

    public Task<AdminKeysPage> ListKeysAsync(Guid? owner, Guid? before, CancellationToken cancellationToken = default) => reader.QueryAsync(
        $"{KeysSql} WHERE k.id < $1{(owner is null ? "" : " AND k.owner_id = $3")} ORDER BY k.id DESC LIMIT $2", [before ?? Last, AdminLimits.PageSize + 1, .. owner is { } id ? [id] : Array.Empty<object>()], async rows =>
        {
            var found = new List<AdminKeyInfo>();
            while (await rows.ReadAsync())
                found.Add(new(rows.GetGuid(0), rows.GetString(1), rows.GetFieldValue<string[]>(2), rows.GetUnixMilliseconds(3), new(rows.GetGuid(4), rows.GetString(5))));
            return found.Count <= AdminLimits.PageSize ? new AdminKeysPage(found, null) : new(found[..^1], found[^2].Id);
        }, cancellationToken);

    private static AdminRoomInfo ReadRoom(NpgsqlDataReader row) =>
        new(new(row.GetGuid(0)), row.GetString(1), row.GetString(2), row.GetBoolean(3), row.GetInt32(4), row.GetUnixMilliseconds(5), row.GetInt64(6), row.GetInt64(7))
        {
            Archived = row.GetBoolean(8) ? true : null,
            Owner = row.IsDBNull(9) ? null : new(row.GetGuid(9), row.GetString(10)),
            LastAt = MomentOf(row, 11),
        };

    private static long? MomentOf(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetUnixMilliseconds(column);
}
