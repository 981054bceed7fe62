using System.Buffers.Text;
using System.Security.Cryptography;
using Im.Core.Data;
using Im.Core.Messages;
using Im.Protocol;
using Npgsql;
using NpgsqlTypes;

namespace Im.Core.Notifications;

internal sealed class NotificationStore(StoreReader reader) : INotificationStore
{
    private const string SetSql = """
        INSERT INTO notification_settings (user_id, shows_text, quiet_from, quiet_until, zone) SELECT id, $2, $3, $4, $5 FROM users WHERE id = $1 AND erasing_at IS NULL
        ON CONFLICT (user_id) DO UPDATE SET shows_text = excluded.shows_text, quiet_from = excluded.quiet_from, quiet_until = excluded.quiet_until, zone = excluded.zone
        """;

    // In the lobby everybody is, and has a row from joining; accounts from before that have none until they read.
    private const string EnterLobbySql = "INSERT INTO members (conversation_id, user_id, read_line) SELECT c.id, u.id, 0 FROM conversations c, users u WHERE c.kind = 0 AND u.id = $1 AND u.erasing_at IS NULL ON CONFLICT DO NOTHING";

    private const string SetConversationSql = """
        WITH own AS (
            SELECT m.conversation_id, (SELECT count(*) FROM members p WHERE p.user_id = $2 AND p.pinned_at IS NOT NULL AND p.conversation_id <> $1) AS pinned
            FROM members m JOIN users u ON u.id = m.user_id AND u.erasing_at IS NULL
            WHERE m.conversation_id = $1 AND m.user_id = $2 AND (m.peer_id IS NOT NULL OR m.role IS NOT NULL OR EXISTS (SELECT FROM conversations WHERE id = $1 AND kind = 0))
        ), changed AS (
            UPDATE members m SET notify = CASE WHEN $3 THEN $4 ELSE m.notify END, pinned_at = CASE WHEN $5 THEN coalesce(m.pinned_at, now()) WHEN $5 IS NULL THEN m.pinned_at END
            FROM own WHERE m.conversation_id = own.conversation_id AND m.user_id = $2 AND ($5 IS NOT TRUE OR own.pinned < $6) RETURNING m.notify, m.pinned_at IS NOT NULL AS pinned
        )
        SELECT c.pinned, c.notify FROM own LEFT JOIN changed c ON true
        """;

    // With the first one the worker's mark begins: what is said before the worker sees that there is somebody is pushed too.
    private const string SubscribeSql = """
        WITH added AS (
            INSERT INTO push_subscriptions AS p (hash, user_id, session_id, endpoint, public_key, auth, created_at) SELECT $3, id, $2, $4, $5, $6, now() FROM users WHERE id = $1 AND erasing_at IS NULL
            ON CONFLICT (hash) DO UPDATE SET user_id = excluded.user_id, session_id = excluded.session_id, created_at = excluded.created_at WHERE p.public_key = excluded.public_key AND p.auth = excluded.auth
            RETURNING hash
        ), others AS (
            SELECT p.hash, p.session_id, row_number() OVER (ORDER BY p.created_at DESC, p.hash) AS place FROM push_subscriptions p, added a WHERE (p.user_id = $1 OR p.session_id = $2) AND p.hash <> a.hash
        ), gone AS (
            DELETE FROM push_subscriptions p USING others o WHERE p.hash = o.hash AND (o.session_id = $2 OR o.place >= $7)
        ), begun AS (
            UPDATE installation SET push_mark = pg_snapshot_xmin(pg_current_snapshot()), push_mark_at = now() FROM added WHERE NOT EXISTS (SELECT FROM push_subscriptions)
        )
        SELECT true FROM added
        """;

    public Task<NotificationSettings> GetAsync(Guid userId, CancellationToken cancellationToken = default) => reader.QueryAsync(
        "SELECT shows_text, quiet_from, quiet_until, zone FROM notification_settings WHERE user_id = $1", [userId],
        async rows => await rows.ReadAsync() ? new NotificationSettings(rows.GetBoolean(0), rows.IsDBNull(1) ? null : QuietTimes.Write(rows.GetFieldValue<TimeOnly>(1), rows.GetFieldValue<TimeOnly>(2), rows.GetString(3))) : new(Text: true),
        cancellationToken);

    public Task SetAsync(Guid userId, NotificationSettings settings, CancellationToken cancellationToken = default)
    {
        QuietTimes? quiet = settings.Quiet is not { } hours ? null : QuietTimes.TryParse(hours, out var times) ? times : throw new ArgumentException("The hours are not checked.", nameof(settings));
        return reader.QueryAsync(SetSql,
            [userId, settings.Text, Optional(quiet?.From, NpgsqlDbType.Time), Optional(quiet?.Until, NpgsqlDbType.Time), Optional(settings.Quiet?.Zone, NpgsqlDbType.Text)], rows => rows.ReadAsync(), cancellationToken);
    }

    public async Task<ConversationSettings?> SetAsync(Guid userId, ConversationId conversation, ConversationSettings settings, CancellationToken cancellationToken = default)
    {
        if (conversation.IsLobby)
            await reader.QueryAsync(EnterLobbySql, [userId], rows => rows.ReadAsync(), cancellationToken);
        return await reader.QueryAsync(SetConversationSql,
            [
                conversation.Value, userId, settings.Notify is not null, Optional(LevelOf(settings.Notify), NpgsqlDbType.Smallint), Optional(settings.Pinned, NpgsqlDbType.Boolean), (long)NotificationLimits.MaxPinned,
            ],
            async rows => !await rows.ReadAsync() ? null
                : rows.IsDBNull(0) ? throw new TooManyPinnedException()
                : new ConversationSettings(rows.IsDBNull(1) ? NotifyLevels.Default : PostgresConversationStore.NameOf((NotifyLevel)rows.GetInt16(1)), rows.GetBoolean(0)),
            cancellationToken);

        static short? LevelOf(string? name) => name switch { NotifyLevels.All => (short)NotifyLevel.All, NotifyLevels.Mentions => (short)NotifyLevel.Mentions, NotifyLevels.Nothing => (short)NotifyLevel.Nothing, _ => null };
    }

    public Task<bool> SubscribeAsync(Guid userId, string sessionId, PushTarget target, CancellationToken cancellationToken = default) => reader.QueryAsync(
        SubscribeSql, [userId, sessionId, target.Hash, target.Endpoint, target.PublicKey, target.Auth, (long)NotificationLimits.MaxSubscriptions], rows => rows.ReadAsync(), cancellationToken);

    public Task UnsubscribeAsync(string sessionId, CancellationToken cancellationToken = default) =>
        reader.QueryAsync("DELETE FROM push_subscriptions WHERE session_id = $1", [sessionId], rows => rows.ReadAsync(), cancellationToken);

    public Task<IReadOnlyList<PushTarget>> ListAsync(Guid userId, CancellationToken cancellationToken = default) => reader.QueryAsync(
        "SELECT endpoint, public_key, auth, session_id FROM push_subscriptions WHERE user_id = $1 ORDER BY created_at", [userId], async rows =>
        {
            var found = new List<PushTarget>();
            while (await rows.ReadAsync())
                found.Add(new(rows.GetString(0), rows.GetFieldValue<byte[]>(1), rows.GetFieldValue<byte[]>(2)) { SessionId = rows.GetString(3) });
            return (IReadOnlyList<PushTarget>)found;
        }, cancellationToken);

    public async Task<string> GetPublicKeyAsync(CancellationToken cancellationToken = default) => (await GetKeysAsync(cancellationToken)).Public;

    /// <summary>The VAPID keys, base64url: the point uncompressed, and the private number. Of two who make some at once one is kept.</summary>
    public async Task<(string Public, string Private)> GetKeysAsync(CancellationToken cancellationToken)
    {
        const string Sql = "SELECT push_key FROM installation WHERE push_key IS NOT NULL";
        var stored = await reader.QueryAsync(Sql, [], ReadAsync, cancellationToken);
        if (stored is null)
        {
            using var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            stored = await reader.QueryAsync("UPDATE installation SET push_key = coalesce(push_key, $1) RETURNING push_key", [made.ExportPkcs8PrivateKey()], ReadAsync, cancellationToken);
        }
        using var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(stored, out _);
        var numbers = key.ExportParameters(includePrivateParameters: true);
        return (Base64Url.EncodeToString([4, .. numbers.Q.X!, .. numbers.Q.Y!]), Base64Url.EncodeToString(numbers.D));

        static async Task<byte[]?> ReadAsync(NpgsqlDataReader rows) => await rows.ReadAsync() ? rows.GetFieldValue<byte[]>(0) : null;
    }

    private static NpgsqlParameter Optional(object? value, NpgsqlDbType type) => new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };
}
