using Im.Core.Data;
using Im.Core.Rooms;
using Im.Protocol;
using Im.Protocol.Kinds;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;

namespace Im.Core.Webhooks;

/// <summary>Webhooks in Postgres, changed under the room's lock, as everything of a room.</summary>
internal sealed class WebhookStore(RoomStore rooms, StoreReader reader, IOptions<WebhookOptions> options) : IWebhookStore
{
    /// <summary>Whether who made <c>h</c> looks after its room.</summary>
    internal const string IsOnSql = "EXISTS (SELECT FROM members m WHERE m.conversation_id = h.conversation_id AND m.user_id = h.by_id AND m.role >= 2)";

    private const string InfoSql = $"""
        SELECT h.id, h.name, b.id, b.user_name, h.created_at, h.address, h.user_id, CASE WHEN {IsOnSql} THEN h.off ELSE '{WebhookEnds.MakerLeft}' END, h.delivered_at, h.failed_at, h.failure,
               CASE WHEN h.address IS NOT NULL THEN c.last_seq - h.seq END, h.conversation_id
        FROM webhooks h JOIN users b ON b.id = h.by_id JOIN conversations c ON c.id = h.conversation_id
        """;

    private const string AddSql = """
        INSERT INTO webhooks (id, conversation_id, by_id, name, created_at, address, secret, user_id, seq, failures)
        SELECT $1, $2, $3, $4, now(), $5, $6, $7, c.last_seq, 0 FROM conversations c WHERE c.id = $2
        """;

    private const string AddProgramSql = """
        INSERT INTO users (id, user_name, normalized_user_name, skeleton, skeleton_rank, brief, is_program, is_admin, hides_last_seen, security_stamp, concurrency_stamp, lockout_enabled, access_failed_count, created_at)
        VALUES ($1, $2, $3, $4, 0, $5, true, false, true, gen_random_uuid()::text, gen_random_uuid()::text, true, 0, now()) ON CONFLICT DO NOTHING RETURNING id
        """;

    // The account stays, for the lines that are from it; its name is free again.
    private const string EndProgramSql = """
        UPDATE users SET normalized_user_name = user_name || ' ' || id, skeleton = NULL, erasing_at = now(), erased_at = now() WHERE id = $1 AND is_program
        """;

    private const string RenewSql = """
        UPDATE webhooks h SET by_id = $3, secret = $4, former_secret = CASE WHEN h.address IS NOT NULL THEN h.secret END, former_until = CASE WHEN h.address IS NOT NULL THEN now() + make_interval(secs => $5) END,
            off = NULL, failures = 0, due_at = CASE WHEN h.address IS NOT NULL THEN now() END, seq = CASE WHEN c.last_seq - h.seq > $6 THEN c.last_seq ELSE h.seq END
        FROM conversations c WHERE h.id = $1 AND h.conversation_id = $2 AND c.id = h.conversation_id
        """;

    public async Task<WebhookResult> AddAsync(ConversationId room, SenderInfo by, NewWebhook hook, CancellationToken cancellationToken = default)
    {
        var id = Guid.CreateVersion7();
        return await ChangeAsync(room, by, id, async change =>
        {
            if (change.Room.Archived)
                return RoomRefusal.Forbidden;
            if ((await change.QueryAsync("SELECT count(*) FROM webhooks WHERE conversation_id = $1", row => row.GetInt64(0), room.Value))[0] >= WebhookLimits.MaxPerRoom)
                return RoomRefusal.TooMany;
            Guid? user = null;
            if (hook.Program is { } program)
            {
                if (change.Room.Members >= RoomLimits.MaxMembers)
                    return RoomRefusal.TooMany;
                user = Guid.CreateVersion7();
                if (await change.QueryAsync(AddProgramSql, row => row.GetGuid(0), user.Value, program.Nickname, program.Key, program.Skeleton, WebhookLimits.Brief) is [])
                    return RoomRefusal.Taken;
                await change.EnterAsync(new(user.Value, program.Nickname), RoomRole.Member, MemberDeeds.Joined);
            }
            await change.ExecuteAsync(AddSql, id, room.Value, by.Id, hook.Name, OrNull(hook.Address, NpgsqlDbType.Text), hook.Secret, OrNull(user, NpgsqlDbType.Uuid));
            return null;
        }, cancellationToken);
    }

    public async Task<IReadOnlyList<WebhookInfo>?> ListAsync(ConversationId room, Guid user, CancellationToken cancellationToken = default) =>
        (await rooms.FindStandingAsync(room, user, cancellationToken))?.IsAdministrator != true ? null
            : [.. (await ReadAsync($"{InfoSql} WHERE h.conversation_id = $1 ORDER BY h.id", room.Value, cancellationToken)).Select(found => found.Webhook)];

    public Task<IReadOnlyList<(ConversationId Room, WebhookInfo Webhook)>> ListOfAsync(Guid by, CancellationToken cancellationToken = default) =>
        ReadAsync($"{InfoSql} WHERE h.by_id = $1 ORDER BY h.id", by, cancellationToken);

    public Task<WebhookResult> RenewAsync(ConversationId room, SenderInfo by, Guid hook, Func<bool, byte[]> newSecret, CancellationToken cancellationToken = default) => ChangeAsync(room, by, hook, async change =>
    {
        if (await change.QueryAsync("SELECT address IS NULL FROM webhooks WHERE id = $1 AND conversation_id = $2", row => row.GetBoolean(0), hook, room.Value) is not [var posts])
            return RoomRefusal.NotFound;
        await change.ExecuteAsync(RenewSql, hook, room.Value, by.Id, newSecret(posts), (double)WebhookLimits.FormerSecretSeconds, (long)options.Value.MaxWaiting);
        return null;
    }, cancellationToken);

    public Task<RoomResult> RemoveAsync(ConversationId room, SenderInfo by, Guid hook, CancellationToken cancellationToken = default) => rooms.ChangeAsync(room, by, async change =>
        change.Role is null ? RoomRefusal.NotFound
        : !change.LooksAfter ? RoomRefusal.Forbidden
        : await EndAsync(change, hook) ? await change.DoneAsync() : RoomRefusal.NotFound, cancellationToken, takesRights: true);

    public async Task<IReadOnlyList<EventFrame>> RemoveAllOfAsync(SenderInfo by, CancellationToken cancellationToken = default)
    {
        var told = new List<EventFrame>();
        foreach (var (room, hook) in await ListOfAsync(by.Id, cancellationToken))
            told.AddRange((await rooms.ChangeAsync(room, by, async change => await EndAsync(change, hook.Id) ? await change.DoneAsync() : RoomRefusal.NotFound, cancellationToken, takesRights: true, isKnown: true)).Events);
        return told;
    }

    public Task<PostingWebhook?> FindPostingAsync(Guid hook, CancellationToken cancellationToken = default) => reader.QueryAsync(
        $"SELECT h.conversation_id, h.by_id, h.user_id, h.secret, {IsOnSql} FROM webhooks h WHERE h.id = $1 AND h.user_id IS NOT NULL", [hook], async rows =>
            await rows.ReadAsync() ? new PostingWebhook(new(rows.GetGuid(0)), rows.GetGuid(1), rows.GetGuid(2), rows.GetFieldValue<byte[]>(3), rows.GetBoolean(4)) : null, cancellationToken);

    private static async Task<bool> EndAsync(RoomChange change, Guid hook)
    {
        if (await change.QueryAsync("DELETE FROM webhooks WHERE id = $1 AND conversation_id = $2 RETURNING user_id", row => row.IsDBNull(0) ? (Guid?)null : row.GetGuid(0), hook, change.Room.Id) is not [var program])
            return false;
        if (program is not { } user)
            return true;
        if (await change.RoleOfAsync(user) is not null && await change.NicknameOfAsync(user) is { } nickname)
            await change.ExitAsync(new(user, nickname), MemberDeeds.Removed);
        await change.ExecuteAsync(EndProgramSql, user);
        return true;
    }

    private async Task<WebhookResult> ChangeAsync(ConversationId room, SenderInfo by, Guid hook, Func<RoomChange, Task<RoomRefusal?>> change, CancellationToken cancellationToken)
    {
        WebhookInfo? now = null;
        var done = await rooms.ChangeAsync(room, by, async begun =>
        {
            if ((begun.Role is null ? RoomRefusal.NotFound : !begun.LooksAfter ? RoomRefusal.Forbidden : await change(begun)) is { } refusal)
                return refusal;
            now = (await begun.QueryAsync($"{InfoSql} WHERE h.id = $1", ReadInfo, hook)).Single();
            return await begun.DoneAsync();
        }, cancellationToken);
        return new(done.Refusal, now, done.Events);
    }

    private Task<IReadOnlyList<(ConversationId Room, WebhookInfo Webhook)>> ReadAsync(string sql, Guid about, CancellationToken cancellationToken) => reader.QueryAsync(sql, [about], async rows =>
    {
        var found = new List<(ConversationId, WebhookInfo)>();
        while (await rows.ReadAsync())
            found.Add((new(rows.GetGuid(12)), ReadInfo(rows)));
        return (IReadOnlyList<(ConversationId, WebhookInfo)>)found;
    }, cancellationToken);

    private static WebhookInfo ReadInfo(NpgsqlDataReader row) => new(row.GetGuid(0), row.GetString(1), new(row.GetGuid(2), row.GetString(3)), row.GetUnixMilliseconds(4))
    {
        Address = row.IsDBNull(5) ? null : row.GetString(5),
        User = row.IsDBNull(6) ? null : row.GetGuid(6),
        Off = row.IsDBNull(7) ? null : row.GetString(7),
        Delivered = row.IsDBNull(8) ? null : row.GetUnixMilliseconds(8),
        Failed = row.IsDBNull(9) ? null : row.GetUnixMilliseconds(9),
        Failure = row.IsDBNull(10) ? null : row.GetString(10),
        Waiting = row.IsDBNull(11) ? null : row.GetInt64(11),
    };

    private static NpgsqlParameter OrNull(object? value, NpgsqlDbType type) => new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };
}
