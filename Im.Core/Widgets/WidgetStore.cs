using Im.Core.Data;
using Im.Core.Rooms;
using Im.Protocol;
using Npgsql;

namespace Im.Core.Widgets;

internal sealed class WidgetStore(StoreReader reader, ImDataSource data, RoomStore rooms) : IWidgetStore
{
    private const int MaxAttempts = 3;

    private const string InfoSql = "SELECT s.id, s.origin, s.label, u.id, u.user_name, s.created_at FROM widget_sites s JOIN users u ON u.id = s.owner_id";

    private const string AddUserSql = """
        INSERT INTO users (id, user_name, normalized_user_name, skeleton, skeleton_rank, brief, is_program, is_admin, hides_last_seen, security_stamp, concurrency_stamp, lockout_enabled, access_failed_count, created_at)
        VALUES ($1, $2, $3, $4, 0, $5, true, false, true, gen_random_uuid()::text, gen_random_uuid()::text, true, 0, now()) ON CONFLICT DO NOTHING RETURNING id
        """;

    // What is muted keeps its name, as its brief.
    private const string RenameSql = """
        UPDATE users u SET user_name = $2, normalized_user_name = $3, skeleton = $4, skeleton_rank = 0, brief = $5
        WHERE u.id = $1 AND coalesce(u.muted_until <= now(), true) AND NOT EXISTS (SELECT FROM users o WHERE o.id <> $1 AND (o.normalized_user_name = $3 OR o.skeleton = $4)) RETURNING u.id
        """;

    public Task<IReadOnlyList<WidgetSiteInfo>> ListAsync(CancellationToken cancellationToken = default) => reader.QueryAsync($"{InfoSql} ORDER BY s.origin", [], async rows =>
    {
        var found = new List<WidgetSiteInfo>();
        while (await rows.ReadAsync())
            found.Add(ReadInfo(rows));
        return (IReadOnlyList<WidgetSiteInfo>)found;
    }, cancellationToken);

    public Task<(WidgetRefusal? Refusal, WidgetSiteInfo? Site)> AddAsync(string origin, string label, string labelKey, Guid owner, CancellationToken cancellationToken = default) => TransactAsync<(WidgetRefusal?, WidgetSiteInfo?)>(async connection =>
    {
        // One after the other: they are counted.
        await QueryAsync(connection, "SELECT pg_advisory_xact_lock(hashtextextended('widget_sites', 0))", row => 0);
        if ((await QueryAsync(connection, "SELECT count(*) FROM widget_sites", row => row.GetInt64(0)))[0] >= WidgetLimits.MaxSites)
            return (WidgetRefusal.TooMany, null);
        if (await QueryAsync(connection, "SELECT id FROM widget_sites WHERE origin = $1 OR label_key = $2 AND owner_id <> $3", row => row.GetGuid(0), origin, labelKey, owner) is not [])
            return (WidgetRefusal.Taken, null);
        var id = Guid.CreateVersion7();
        await QueryAsync(connection, "INSERT INTO widget_sites (id, origin, label, label_key, owner_id, created_at) VALUES ($1, $2, $3, $4, $5, now())", row => 0, id, origin, label, labelKey, owner);
        return (null, (await QueryAsync(connection, $"{InfoSql} WHERE s.id = $1", ReadInfo, id)).SingleOrDefault());
    }, cancellationToken);

    public Task<WidgetSiteInfo?> RemoveAsync(Guid site, CancellationToken cancellationToken = default) => TransactAsync(async connection =>
    {
        var found = (await QueryAsync(connection, $"{InfoSql} WHERE s.id = $1", ReadInfo, site)).SingleOrDefault();
        return await QueryAsync(connection, "DELETE FROM widget_sites WHERE id = $1 RETURNING id", row => row.GetGuid(0), site) is [] ? null : found;
    }, cancellationToken);

    public Task<WidgetAccount?> FindOrCreateAsync(Guid owner, string subject, string name, string brief, IEnumerable<WidgetName> names, CancellationToken cancellationToken = default) => TransactAsync(async connection =>
    {
        // Two requests for one person make one account.
        await QueryAsync(connection, "SELECT pg_advisory_xact_lock(hashtextextended($1 || ' ' || $2, 1))", row => 0, $"{owner:N}", subject);
        var known = await QueryAsync(connection, "SELECT u.id, u.user_name, u.brief, w.name, u.erasing_at IS NULL FROM widget_users w JOIN users u ON u.id = w.user_id WHERE w.owner_id = $1 AND w.subject = $2",
            row => (User: new UserInfo(row.GetGuid(0), row.GetString(1), row.GetString(2)), Name: row.GetString(3), Lives: row.GetBoolean(4)), owner, subject);
        if (known is [var found])
            return !found.Lives ? null : found.Name == name && found.User.Brief == brief ? new(found.User, Changed: false) : await RenameAsync(connection, found.User, owner, subject, name, brief, names);
        var id = Guid.CreateVersion7();
        foreach (var wanted in names)
            if (await QueryAsync(connection, AddUserSql, row => row.GetGuid(0), id, wanted.Nickname, wanted.Key, wanted.Skeleton, brief) is not [])
            {
                await QueryAsync(connection, "INSERT INTO widget_users (owner_id, subject, user_id, name) VALUES ($1, $2, $3, $4)", row => 0, owner, subject, id, name);
                return new WidgetAccount(new(id, wanted.Nickname, brief), Changed: false);
            }
        return null;
    }, cancellationToken);

    public Task<bool> IsOfAsync(Guid owner, Guid user, CancellationToken cancellationToken = default) =>
        reader.QueryAsync("SELECT FROM widget_users WHERE owner_id = $1 AND user_id = $2", [owner, user], rows => rows.ReadAsync(), cancellationToken);

    public Task<long> CountOfAsync(Guid owner, CancellationToken cancellationToken = default) =>
        reader.QueryAsync("SELECT count(*) FROM widget_users WHERE owner_id = $1", [owner], async rows => await rows.ReadAsync() ? rows.GetInt64(0) : 0, cancellationToken);

    public Task<RoomResult> EnterAsync(ConversationId room, Guid owner, SenderInfo user, CancellationToken cancellationToken = default) => rooms.ChangeAsync(room, user, async change =>
        !(await change.RoleOfAsync(owner) >= RoomRole.Administrator) ? RoomRefusal.NotFound
        : change.Role is not null ? await change.DoneAsync()
        : await change.OutsiderAsync(user.Id) == RoomOutsiderState.Banned ? RoomRefusal.Forbidden
        : await RoomStore.EnterAsync(change, user), cancellationToken, isKnown: true);

    private static async Task<WidgetAccount?> RenameAsync(NpgsqlConnection connection, UserInfo user, Guid owner, string subject, string name, string brief, IEnumerable<WidgetName> names)
    {
        foreach (var wanted in names)
            if (await QueryAsync(connection, RenameSql, row => row.GetGuid(0), user.Id, wanted.Nickname, wanted.Key, wanted.Skeleton, brief) is not [])
            {
                await QueryAsync(connection, "UPDATE widget_users SET name = $3 WHERE owner_id = $1 AND subject = $2", row => 0, owner, subject, name);
                return new(user with { Nickname = wanted.Nickname, Brief = brief }, Changed: true);
            }
        return new(user, Changed: false); // as it was
    }

    private async Task<T> TransactAsync<T>(Func<NpgsqlConnection, Task<T>> change, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
            try
            {
                return await RunAsync(change).WaitAsync(ImDataSource.AnswerTimeout, cancellationToken);
            }
            catch (Exception exception) when (PostgresFailures.Classify(exception) is var failure && (failure is PostgresFailure.Away or PostgresFailure.TimedOut || failure == PostgresFailure.Conflict && attempt < MaxAttempts))
            {
                if (failure != PostgresFailure.Conflict)
                    throw new StoreUnavailableException(exception);
            }
    }

    private async Task<T> RunAsync<T>(Func<NpgsqlConnection, Task<T>> change)
    {
        await using var connection = await data.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var result = await change(connection);
        await transaction.CommitAsync();
        return result;
    }

    private static async Task<List<T>> QueryAsync<T>(NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read, params object[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in parameters)
            command.Parameters.Add(new() { Value = value });
        await using var rows = await command.ExecuteReaderAsync();
        var found = new List<T>();
        while (await rows.ReadAsync())
            found.Add(read(rows));
        return found;
    }

    private static WidgetSiteInfo ReadInfo(NpgsqlDataReader row) => new(row.GetGuid(0), row.GetString(1), row.GetString(2), new(row.GetGuid(3), row.GetString(4)), row.GetUnixMilliseconds(5));
}
