using Im.Core.Data;
using Im.Core.Kinds;
using Im.Protocol;
using Npgsql;

namespace Im.Core.Messages;

/// <summary>The one reader of an event's row.</summary>
internal static class EventRow
{
    /// <summary>What <see cref="Read"/> wants, in this order; <c>e</c> is the event and <c>s</c> its sender's row in <c>members</c>.</summary>
    public const string Columns = "e.conversation_id, e.seq, e.line, e.kind, e.target, e.effect, e.slot, e.in_force, e.client_id, e.sender_id, e.sender_nickname, e.content, e.at, e.node, s.peer_id";

    /// <summary>The same with contents that others have replaced: for those who are to see no further.</summary>
    public static readonly string ColumnsAsPosted = Columns.Replace("e.in_force", "true", StringComparison.Ordinal);

    public const string FromSender = "LEFT JOIN members s ON s.conversation_id = e.conversation_id AND s.user_id = e.sender_id";

    /// <param name="first">The ordinal of the first of <see cref="Columns"/>.</param>
    public static EventFrame Read(NpgsqlDataReader row, int first) => new(
        new(row.GetGuid(first)), row.GetInt64(first + 1), EventKinds.NameOf(row.GetInt16(first + 3)), new(row.GetGuid(first + 9), row.GetString(first + 10)), row.GetUnixMilliseconds(first + 12), row.GetString(first + 13))
    {
        Line = row.IsDBNull(first + 2) ? null : row.GetInt64(first + 2),
        Target = row.IsDBNull(first + 4) ? null : row.GetInt64(first + 4),
        Effect = row.IsDBNull(first + 5) || row.GetInt16(first + 5) == 0 ? null : (EventEffect)row.GetInt16(first + 5),
        Slot = row.IsDBNull(first + 6) ? null : row.GetString(first + 6),
        Id = row.GetString(first + 8),
        Content = row.IsDBNull(first + 11) || !row.GetBoolean(first + 7) ? null : new(row.GetFieldValue<byte[]>(first + 11)),
        To = row.IsDBNull(first + 14) ? null : row.GetGuid(first + 14),
    };
}
