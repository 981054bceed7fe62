using System.Text;
using Im.Core.Data;
using Im.Protocol;
using Npgsql;

namespace Im.Core.Messages;

/// <summary>Messages in Postgres: appends go through the node's <see cref="MessageWriter"/>, pages are one range of the primary key.</summary>
internal sealed class PostgresMessageStore(MessageWriter writer, StoreReader reader) : IMessageStore
{
    // The head of the conversation comes first, and with every message, so that page and newest sequence are of one moment. $2 is the cursor, $3 one more than the limit.
    private const string PageSql = """
        SELECT c.last_seq, m.seq, m.client_id, m.sender_id, m.sender_nickname, m.body, m.at, m.node, s.peer_id
        FROM conversations c
        LEFT JOIN LATERAL (SELECT * FROM messages WHERE conversation_id = c.id AND seq {0} $2 ORDER BY seq {1} LIMIT $3) m ON true
        LEFT JOIN members s ON s.conversation_id = m.conversation_id AND s.user_id = m.sender_id
        WHERE c.id = $1
        ORDER BY m.seq {1}
        """;

    // A transaction below the snapshot's xmin is over, and what it did is in this answer or an earlier one: from there the next call goes on. The upper bound leaves out
    // numbers that another cluster gave, in rows restored from a dump.
    private const string ChangesSql = """
        SELECT pg_snapshot_xmin(s.taken), c.conversation_id, c.first_seq, c.last_seq, m.user_id, m.peer_id
        FROM (SELECT pg_current_snapshot() AS taken) s
        LEFT JOIN LATERAL (
            SELECT conversation_id, min(seq) AS first_seq, max(seq) AS last_seq FROM messages
            WHERE tx >= $1 AND tx < pg_snapshot_xmax(s.taken) GROUP BY conversation_id
        ) c ON true
        LEFT JOIN LATERAL (SELECT user_id, peer_id FROM members WHERE conversation_id = c.conversation_id AND peer_id IS NOT NULL LIMIT 1) m ON true
        """;

    private static readonly string OlderSql = string.Format(null, PageSql, "<", "DESC");
    private static readonly string NewerSql = string.Format(null, PageSql, ">", "ASC");

    public async Task<AppendResult> AppendAsync(NewMessage message, CancellationToken cancellationToken = default)
    {
        if (message.Conversation != (message.To is { } to ? ConversationId.Direct(message.From.Id, to) : ConversationId.Lobby))
            throw new ArgumentException("The conversation is not the one of sender and recipient, or without a recipient not the lobby.", nameof(message));
        using var span = MessageSpans.StartAppend(message);
        try
        {
            var append = new PendingAppend(message, span);
            if (!writer.TryEnqueue(append))
                throw new StoreBusyException();
            var result = await append.Task.WaitAsync(cancellationToken);
            span?.SetResult(result);
            return result;
        }
        catch (Exception exception)
        {
            span?.SetFailure(exception);
            throw;
        }
    }

    public Task<MessagePage> ReadAsync(ConversationId conversation, long? before, long? after, int limit, CancellationToken cancellationToken = default)
    {
        if (before is not null && after is not null)
            throw new ArgumentException("A page is before or after a message, not both.", nameof(after));
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, ProtocolLimits.MaxPageMessages);
        return reader.QueryAsync(after is null ? OlderSql : NewerSql, [conversation.Value, after ?? before ?? long.MaxValue, limit + 1], async rows =>
        {
            var messages = new List<MessageInfo>(limit);
            long lastSeq = 0;
            var more = false;
            var textBytes = 0;
            while (!more && await rows.ReadAsync())
            {
                lastSeq = rows.GetInt64(0);
                if (rows.IsDBNull(1))
                    continue;
                var message = ReadMessage(rows, conversation);
                textBytes += Encoding.UTF8.GetByteCount(message.Text);
                more = messages.Count == limit || (textBytes > ProtocolLimits.MaxPageTextBytes && messages.Count > 0);
                if (!more)
                    messages.Add(message);
            }
            if (after is null)
                messages.Reverse();
            return new MessagePage(messages, lastSeq, more);
        }, cancellationToken);
    }

    public Task<long> GetLastSeqAsync(ConversationId conversation, CancellationToken cancellationToken = default) => reader.QueryAsync(
        "SELECT last_seq FROM conversations WHERE id = $1", [conversation.Value],
        async rows => await rows.ReadAsync() ? rows.GetInt64(0) : 0, cancellationToken);

    public Task<MessageChanges> ReadChangesAsync(ulong? since, CancellationToken cancellationToken = default) =>
        reader.QueryAsync(ChangesSql, [since ?? ulong.MaxValue], async rows =>
        {
            var conversations = new List<ConversationChange>();
            ulong mark = 0;
            while (await rows.ReadAsync())
            {
                mark = rows.GetFieldValue<ulong>(0);
                if (!rows.IsDBNull(1))
                    conversations.Add(new(new(rows.GetGuid(1)), rows.GetInt64(2), rows.GetInt64(3), rows.IsDBNull(4) ? null : rows.GetGuid(4), rows.IsDBNull(5) ? null : rows.GetGuid(5)));
            }
            return new MessageChanges(mark, conversations);
        }, cancellationToken);

    private static MessageInfo ReadMessage(NpgsqlDataReader row, ConversationId conversation) =>
        new(conversation, row.GetInt64(1), row.GetString(2), new(row.GetGuid(3), row.GetString(4)), row.GetString(5), row.GetUnixMilliseconds(6), row.GetString(7))
        {
            To = row.IsDBNull(8) ? null : row.GetGuid(8),
        };
}
