using Im.Core.Data;
using Im.Core.Kinds;
using Im.Core.Messages;
using Im.Core.Rooms;
using Im.Core.Webhooks;
using Im.Protocol;

namespace Im.Core.Accounts;

internal sealed class AccountData(StoreReader reader, IEventStore store, IRoomStore rooms, IWebhookStore webhooks, AppendsUnderWay underWay, TimeProvider time) : IAccountData
{
    private const int EraseBatch = 5_000;
    private const string ErasureNode = "web";

    // The members' rows say in which conversations to look: the messages are found by (conversation, sender).
    private const string WrittenSql = $"""
        SELECT {EventRow.Columns}
        FROM members s JOIN events e ON e.conversation_id = s.conversation_id AND e.sender_id = s.user_id
        WHERE s.user_id = $1 AND (e.conversation_id, e.seq) > ($2, $3)
        ORDER BY e.conversation_id, e.seq LIMIT $4
        """;

    private const string MarkSql = "UPDATE users SET erasing_at = coalesce(erasing_at, now()) WHERE id = $1";

    // What marks another's line (effect 1) holds no text of its author's, and stays; what tells of the erasure (0) too, and what happened to rooms: who reads in one is decided by it.
    // A conversation's, by the unique index on (conversation, sender, client id); written by their places, for a join by id may be planned to grow with the batch's square.
    // One that moves meanwhile is left to the last statement.
    private const string EraseWrittenSql = $"""
        WITH batch AS MATERIALIZED (
            SELECT ctid AS place, client_id FROM events WHERE conversation_id = $1 AND sender_id = $2 AND client_id > $3 ORDER BY client_id LIMIT $4
        ), erased AS (
            UPDATE events SET sender_nickname = $5, content = CASE WHEN $6 AND coalesce(effect, 2) > 1 AND kind NOT IN ({EventKinds.SystemNumbers}) THEN NULL ELSE content END WHERE ctid = ANY (ARRAY(SELECT place FROM batch))
        )
        SELECT max(client_id) FROM batch
        """;

    // One statement, and so one transaction. Of the messages what another change moved while the others were erased.
    // Muted or banned, the account keeps its nickname's key, so that nobody takes the nickname before that is over; those of others that are over go on this occasion.
    private const string EraseSql = $"""
        WITH erased AS (
            UPDATE users SET user_name = $2, brief = '', display_name = '', display_name_key = '', picture = NULL, password_hash = NULL, is_admin = false, last_seen_at = NULL,
                   normalized_user_name = CASE WHEN greatest(muted_until, banned_until) > now() THEN normalized_user_name ELSE $2 || ' ' || id END,
                   skeleton = CASE WHEN greatest(muted_until, banned_until) > now() THEN skeleton END,
                   security_stamp = gen_random_uuid()::text, concurrency_stamp = gen_random_uuid()::text, erased_at = now()
            WHERE id = $1 AND erased_at IS NULL RETURNING id
        ), released AS (
            UPDATE users SET normalized_user_name = $2 || ' ' || id, skeleton = NULL
            WHERE erasing_at IS NOT NULL AND erased_at IS NOT NULL AND id <> $1 AND (skeleton IS NOT NULL OR normalized_user_name <> $2 || ' ' || id)
                  AND greatest(muted_until, banned_until) <= now()
        ), keys AS (
            DELETE FROM api_keys k USING erased e WHERE k.owner_id = e.id
        ), sites AS (
            DELETE FROM widget_sites s USING erased e WHERE s.owner_id = e.id
        ), hosted AS (
            DELETE FROM widget_users w USING erased e WHERE e.id IN (w.owner_id, w.user_id)
        ), blocked AS (
            DELETE FROM blocks b USING erased e WHERE e.id IN (b.user_id, b.blocked_id)
        ), reported AS (
            DELETE FROM reports r USING erased e WHERE e.id IN (r.reporter_id, r.user_id)
        ), codes AS (
            DELETE FROM recovery_codes c USING erased e WHERE c.user_id = e.id
        ), subscribed AS (
            DELETE FROM push_subscriptions p USING erased e WHERE p.user_id = e.id
        ), pictured AS (
            DELETE FROM pictures p USING erased e WHERE p.holder = e.id
        ), told AS (
            DELETE FROM notification_settings n USING erased e WHERE n.user_id = e.id
        ), settled AS (
            UPDATE members b SET notify = NULL, pinned_at = NULL FROM erased e WHERE b.user_id = e.id AND (b.notify IS NOT NULL OR b.pinned_at IS NOT NULL)
        ), written AS (
            UPDATE events m SET sender_nickname = $2, content = CASE WHEN $3 AND coalesce(m.effect, 2) > 1 AND m.kind NOT IN ({EventKinds.SystemNumbers}) THEN NULL ELSE m.content END
            FROM members s, erased e WHERE s.user_id = e.id AND m.conversation_id = s.conversation_id AND m.sender_id = e.id
                  AND (m.sender_nickname <> $2 OR $3 AND m.content IS NOT NULL AND coalesce(m.effect, 2) > 1 AND m.kind NOT IN ({EventKinds.SystemNumbers}))
        ), named AS (
            UPDATE events m SET content = jsonb_set(m.content::jsonb, ARRAY['nickname'], to_jsonb($2::text))::text
            FROM erased e WHERE m.kind = 8 AND m.content::json ->> 'user' = e.id::text AND m.content::json ->> 'nickname' <> $2 AND m.sender_id <> e.id
        )
        SELECT id FROM erased
        """;

    // What rooms say of the account, whoever did it.
    private const string NamedSql = """
        UPDATE events SET content = jsonb_set(content::jsonb, '{nickname}', to_jsonb($2::text))::text WHERE kind = 8 AND content::json ->> 'user' = $1::text AND content::json ->> 'nickname' <> $2
        """;

    // What was never posted goes in any case. A few at a time: each may have many bytes.
    private const string EraseFilesSql = """
        WITH batch AS MATERIALIZED (
            SELECT id FROM files WHERE owner_id = $1 AND ($2 OR conversation_id IS NULL) LIMIT 8
        ), deleted AS (
            DELETE FROM files WHERE id IN (SELECT id FROM batch) RETURNING id
        )
        SELECT count(*) FROM deleted
        """;

    public Task<IReadOnlyList<EventFrame>> ReadWrittenAsync(
        Guid userId, ConversationId? afterConversation, long afterSeq, int limit, CancellationToken cancellationToken = default) =>
        reader.QueryAsync(WrittenSql, [userId, afterConversation?.Value ?? Guid.Empty, afterSeq, limit], async rows =>
        {
            var events = new List<EventFrame>();
            while (await rows.ReadAsync())
                events.Add(EventRow.Read(rows, 0));
            return (IReadOnlyList<EventFrame>)events;
        }, cancellationToken);

    // First the mark: from there on no append stores for the account. Then the messages, in batches: an account may have written a million, and a failure leaves somebody who can ask again.
    public async Task<IReadOnlyList<EventFrame>> EraseAsync(Guid userId, bool removeMessages, CancellationToken cancellationToken = default)
    {
        await reader.QueryAsync(MarkSql, [userId], rows => rows.ReadAsync(), cancellationToken);
        await underWay.WaitAsync(cancellationToken);
        var gone = await webhooks.RemoveAllOfAsync(new(userId, IAccountData.ErasedNickname), cancellationToken);
        var left = await rooms.LeaveAllAsync(new(userId, IAccountData.ErasedNickname), cancellationToken);
        var conversations = await reader.QueryAsync("SELECT conversation_id, peer_id FROM members WHERE user_id = $1", [userId], async rows =>
        {
            var found = new List<(Guid Id, Guid? Peer)>();
            while (await rows.ReadAsync())
                found.Add((rows.GetGuid(0), rows.IsDBNull(1) ? null : rows.GetGuid(1)));
            return found;
        }, cancellationToken);
        foreach (var (conversation, _) in conversations)
            for (string? last = ""; last is not null;)
                last = await reader.QueryAsync(EraseWrittenSql, [conversation, userId, last, EraseBatch, IAccountData.ErasedNickname, removeMessages],
                    async rows => await rows.ReadAsync() && !rows.IsDBNull(0) ? rows.GetString(0) : null, cancellationToken);
        while (await reader.QueryAsync(EraseFilesSql, [userId, removeMessages], async rows => await rows.ReadAsync() && rows.GetInt64(0) > 0, cancellationToken))
            ;
        await reader.QueryAsync(NamedSql, [userId.ToString(), IAccountData.ErasedNickname], rows => rows.ReadAsync(), cancellationToken);
        var told = await Task.WhenAll(conversations.Select(conversation => TellAsync(userId, removeMessages, conversation.Id, conversation.Peer, cancellationToken)));
        await reader.QueryAsync(EraseSql, [userId, IAccountData.ErasedNickname, removeMessages], rows => rows.ReadAsync(), cancellationToken);
        return [.. gone, .. left, .. told];
    }

    // Whoever has its lines open learns of it from the log, and whoever comes back later.
    private async Task<EventFrame> TellAsync(Guid userId, bool removeMessages, Guid conversation, Guid? peer, CancellationToken cancellationToken)
    {
        var kind = EventKinds.Erasure;
        var content = new CheckedContent(kind.ContentOf(userId, removeMessages), null, null);
        var at = time.GetUtcNow().ToUnixTimeMilliseconds();
        return (await store.AppendAsync(new(new(conversation), new(userId, IAccountData.ErasedNickname), peer, ErasureId(userId, conversation), kind, content, at, ErasureNode), cancellationToken)).Event;
    }

    // Longer than a client's may be: none has taken it before.
    private static string ErasureId(Guid userId, Guid conversation) => $"erasure {userId} {conversation}";
}
