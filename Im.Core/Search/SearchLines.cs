using Im.Core.Kinds;
using Im.Protocol;
using Npgsql;
using NpgsqlTypes;

namespace Im.Core.Search;

/// <summary>Reads stretches of lines as they are shown: the one query of the index and of the search.</summary>
internal static class SearchLines
{
    // $1 to $4: the stretches, and the sequences at which their reader is told what became of the lines. A line by its number is found as PostgresEventStore does it.
    // An edit is in one of two indexes, by whether it is in force; of a line in force nothing is looked for, which is said within, where the planner heeds it. Other kinds are searched in no text.
    private const string Sql = """
        SELECT r.position, e.line, e.seq, e.sender_id, e.sender_nickname, e.at, e.kind, CASE WHEN e.kind IN (1, 10) AND e.content IS NOT NULL THEN coalesce(x.content, e.content) END
        FROM unnest($1, $2, $3, $4) WITH ORDINALITY AS r (conversation_id, low, high, told, position)
        CROSS JOIN LATERAL (
            SELECT line, seq, kind, sender_id, sender_nickname, at, content, in_force FROM events WHERE conversation_id = r.conversation_id AND seq BETWEEN r.low AND r.high AND line = seq
            UNION ALL
            SELECT line, seq, kind, sender_id, sender_nickname, at, content, in_force FROM events WHERE conversation_id = r.conversation_id AND line BETWEEN r.low AND r.high AND line <> seq
        ) e
        LEFT JOIN LATERAL (
            SELECT content FROM (
                SELECT seq, content FROM events WHERE NOT e.in_force AND conversation_id = r.conversation_id AND target = e.line AND effect = 2 AND in_force AND r.told::int8multirange @> seq
                UNION ALL
                SELECT seq, content FROM events WHERE NOT e.in_force AND conversation_id = r.conversation_id AND target = e.line AND kind = 2 AND effect IS NOT NULL AND NOT in_force AND r.told::int8multirange @> seq
            ) edits ORDER BY seq DESC LIMIT 1
        ) x ON true
        """;

    public static async Task ReadAsync(NpgsqlConnection connection, IReadOnlyList<LineRange> ranges, Action<LineRange, SearchLine> found, CancellationToken cancellationToken)
    {
        if (ranges.Count == 0)
            return;
        await using var command = new NpgsqlCommand(Sql, connection)
        {
            Parameters =
            {
                new() { Value = ranges.Select(r => r.Conversation).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid },
                new() { Value = ranges.Select(r => r.First).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint },
                new() { Value = ranges.Select(r => r.Last).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint },
                new() { Value = ranges.Select(r => r.Told).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
            },
        };
        await command.PrepareAsync(cancellationToken);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
            found(ranges[(int)rows.GetInt64(0) - 1], new(rows.GetInt64(1), rows.GetInt64(2), rows.GetGuid(3), rows.GetString(4), rows.GetDateTime(5),
                rows.GetInt16(6) == EventKinds.File.Number, rows.IsDBNull(7) ? null : TextOf(rows.GetInt16(6), new(rows.GetFieldValue<byte[]>(7)))));
    }

    private static string TextOf(short kind, RawJson content) => (kind == EventKinds.File.Number ? (EventKind)EventKinds.File : EventKinds.Text).Preview(content);
}

/// <param name="Told">The sequences of edits that count, as Postgres writes such ranges.</param>
internal readonly record struct LineRange(Guid Conversation, long First, long Last, string Told = "{[1,)}");

/// <param name="Text">Of a file its name and caption. Null where it is neither, or was erased.</param>
internal readonly record struct SearchLine(long Line, long Seq, Guid Sender, string Nickname, DateTime At, bool IsFile, string? Text);
