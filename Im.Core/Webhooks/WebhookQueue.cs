using Im.Core.Data;
using Im.Protocol;

namespace Im.Core.Webhooks;

/// <summary>What waits for receivers is what stands in the log behind each webhook's mark. A mark is moved from where its mover read it: of two processes that send, one stops.</summary>
internal sealed class WebhookQueue(StoreReader reader)
{
    private const string Waiting = "FROM webhooks h JOIN conversations c ON c.id = h.conversation_id WHERE h.address IS NOT NULL AND h.off IS NULL AND h.seq < c.last_seq";

    private const string AllSql = $"SELECT h.id, h.by_id {Waiting} AND coalesce(h.due_at, now()) <= now()";

    private const string ChangedSql = $"SELECT h.id, h.by_id {Waiting} AND h.conversation_id = ANY ($1) AND h.due_at IS NULL UNION ALL SELECT h.id, h.by_id {Waiting} AND h.due_at <= now()";

    private const string NextSql = $"""
        SELECT h.conversation_id, h.address, h.secret, CASE WHEN h.former_until > now() THEN h.former_secret END, h.seq, h.failures, c.last_seq - h.seq, {WebhookStore.IsOnSql}
        {Waiting} AND h.id = $1 AND coalesce(h.due_at, now()) <= now()
        """;

    // In one statement, as what is waited for alone says that somebody looks again.
    private const string TakenSql = "UPDATE webhooks SET seq = $3, failures = 0, due_at = NULL, delivered_at = now() WHERE id = $1 AND seq = $2 AND off IS NULL RETURNING id";

    private const string FailedSql = """
        UPDATE webhooks SET failures = failures + 1, failed_at = now(), failure = $3, due_at = now() + make_interval(secs => $4), off = nullif($5, '') WHERE id = $1 AND seq = $2 AND off IS NULL RETURNING id
        """;

    /// <summary>Those for which something waits and that are not to wait themselves, each with who made it.</summary>
    /// <param name="changed">Where something was stored; null for everywhere.</param>
    public Task<List<(Guid Hook, Guid By)>> FindAsync(IReadOnlyCollection<Guid>? changed, CancellationToken cancellationToken) =>
        reader.QueryAsync(changed is null ? AllSql : ChangedSql, changed is null ? [] : [changed.ToArray()], async rows =>
        {
            var found = new List<(Guid, Guid)>();
            while (await rows.ReadAsync())
                found.Add((rows.GetGuid(0), rows.GetGuid(1)));
            return found;
        }, cancellationToken);

    /// <summary>As it is now; null where nothing is to be sent.</summary>
    public Task<WaitingWebhook?> FindNextAsync(Guid hook, CancellationToken cancellationToken) => reader.QueryAsync(NextSql, [hook], async rows => await rows.ReadAsync()
        ? new WaitingWebhook(
            hook, new(rows.GetGuid(0)), rows.GetString(1), rows.IsDBNull(3) ? [rows.GetFieldValue<byte[]>(2)] : [rows.GetFieldValue<byte[]>(2), rows.GetFieldValue<byte[]>(3)], rows.GetInt64(4), rows.GetInt32(5),
            rows.GetInt64(6), rows.GetBoolean(7))
        : null, cancellationToken);

    /// <summary>False where it is gone, off, or another process was faster.</summary>
    public Task<bool> TakenAsync(WaitingWebhook hook, long seq, CancellationToken cancellationToken) => AskAsync(TakenSql, [hook.Id, hook.Seq, seq], cancellationToken);

    /// <param name="off">Empty: try again after the pause.</param>
    public Task<bool> FailedAsync(WaitingWebhook hook, string failure, TimeSpan pause, string off, CancellationToken cancellationToken) =>
        AskAsync(FailedSql, [hook.Id, hook.Seq, failure, pause.TotalSeconds, off], cancellationToken);

    public Task<bool> SwitchOffAsync(Guid hook, string why, CancellationToken cancellationToken) =>
        AskAsync("UPDATE webhooks SET off = $2 WHERE id = $1 AND off IS NULL RETURNING id", [hook, why], cancellationToken);

    private Task<bool> AskAsync(string sql, object[] values, CancellationToken cancellationToken) => reader.QueryAsync(sql, values, rows => rows.ReadAsync(), cancellationToken);
}

/// <param name="Secrets">Each signs.</param>
/// <param name="Seq">The mark.</param>
/// <param name="Failures">Attempts at the next event that failed.</param>
/// <param name="Waiting">How many events there are behind the mark.</param>
/// <param name="IsOn">Who made it looks after the room.</param>
internal sealed record WaitingWebhook(Guid Id, ConversationId Room, string Address, IReadOnlyList<byte[]> Secrets, long Seq, int Failures, long Waiting, bool IsOn);
