using Im.Core.Data;
using Im.Core.Kinds;
using Im.Core.Messages;
using Im.Protocol;
using Im.Protocol.Kinds;
using Npgsql;
using NpgsqlTypes;

namespace Im.Core.Rooms;

/// <summary>
/// One change of one room under way: a transaction with the conversation's row locked, so that what is read here still holds when it is committed, and the event that tells of it has its place. For
/// one caller, in one go. A web server that freezes in it holds up the room for seconds at most.
/// </summary>
internal sealed class RoomChange(NpgsqlConnection connection, ConversationId room, SenderInfo by, long at)
{
    private const string Origin = "web";

    private readonly List<EventFrame> _events = [];
    private long _lastSeq, _lastLine;

    /// <summary>As it was before.</summary>
    public RoomRow Room { get; private set; } = null!;

    /// <summary>Of who changes it; null for who is no member.</summary>
    public RoomRole? Role { get; private set; }

    public bool LooksAfter => Role >= RoomRole.Administrator;

    public IReadOnlyList<EventFrame> Events => _events;

    /// <summary>False where there is no such room.</summary>
    public async Task<bool> LockAsync()
    {
        await ExecuteAsync("SET LOCAL idle_in_transaction_session_timeout = '3s'");
        if (await QueryAsync("SELECT last_seq, last_line FROM conversations WHERE id = $1 AND kind = 2 FOR UPDATE", row => (Seq: row.GetInt64(0), Line: row.GetInt64(1)), room.Value) is not [var head])
            return false;
        (_lastSeq, _lastLine) = head;
        // After the lock: a statement sees what was committed before it.
        Room = (await QueryAsync("SELECT title, title_key, topic, is_public, has_history, archived, members, picture FROM rooms WHERE id = $1", row => new RoomRow
        {
            Id = room.Value, Title = row.GetString(0), TitleKey = row.GetString(1), Topic = row.GetString(2), IsPublic = row.GetBoolean(3), HasHistory = row.GetBoolean(4), Archived = row.GetBoolean(5), Members = row.GetInt32(6),
            Picture = row.IsDBNull(7) ? null : row.GetString(7),
        }, room.Value)).Single();
        Role = await RoleOfAsync(by.Id);
        return true;
    }

    public async Task<RoomRole?> RoleOfAsync(Guid user) =>
        await QueryAsync("SELECT role FROM members WHERE conversation_id = $1 AND user_id = $2 AND role IS NOT NULL", row => (RoomRole)row.GetInt16(0), room.Value, user) is [var role] ? role : null;

    public async Task<RoomOutsiderState?> OutsiderAsync(Guid user) =>
        await QueryAsync("SELECT state FROM room_outsiders WHERE conversation_id = $1 AND user_id = $2", row => (RoomOutsiderState)row.GetInt16(0), room.Value, user) is [var state] ? state : null;

    /// <summary>Null for who has no account.</summary>
    public async Task<string?> NicknameOfAsync(Guid user) =>
        await QueryAsync("SELECT user_name FROM users WHERE id = $1 AND erasing_at IS NULL", row => row.GetString(0), user) is [var name] ? name : null;

    /// <summary>Makes somebody a member from an event on that is the next one.</summary>
    public async Task EnterAsync(SenderInfo user, RoomRole role, string what)
    {
        await ForgetAsync(user.Id);
        var added = await TellAsync(EventKinds.Member, EventKinds.Member.ContentOf(new(user.Id, user.Nickname, what, role == RoomRole.Member ? null : PostgresConversationStore.NameOf(role))));
        var (firstSeq, firstLine) = Room.HasHistory ? (1, 1) : (added.Seq, added.Line!.Value);
        await ExecuteAsync("""
            INSERT INTO members AS m (conversation_id, user_id, read_line, written, role, first_seq, first_line, joined_seq, changed_seq) VALUES ($1, $2, $3, true, $4, $5, $6, $7, $7)
            ON CONFLICT (conversation_id, user_id) DO UPDATE SET
                read_line = greatest(m.read_line, excluded.read_line), written = true, role = excluded.role, first_seq = excluded.first_seq, first_line = excluded.first_line, joined_seq = excluded.joined_seq, changed_seq = excluded.changed_seq
            """, room.Value, user.Id, added.Line!.Value, (short)role, firstSeq, firstLine, added.Seq);
        if (Room.HasHistory) // all that was before is theirs again
            await ExecuteAsync("DELETE FROM room_stays WHERE conversation_id = $1 AND user_id = $2", room.Value, user.Id);
        await ExecuteAsync("UPDATE rooms SET members = members + 1 WHERE id = $1", room.Value);
    }

    /// <summary>Ends a membership with an event that is the last one they read.</summary>
    public async Task ExitAsync(SenderInfo user, string what)
    {
        var last = await TellAsync(EventKinds.Member, EventKinds.Member.ContentOf(new(user.Id, user.Nickname, what)));
        await ExecuteAsync("""
            WITH over AS (
                UPDATE members m SET role = NULL, first_seq = NULL, first_line = NULL, joined_seq = NULL, changed_seq = $3 FROM members o
                WHERE m.conversation_id = $1 AND m.user_id = $2 AND o.conversation_id = m.conversation_id AND o.user_id = m.user_id RETURNING o.first_seq, o.first_line
            ), counted AS (
                UPDATE rooms SET members = members - 1 WHERE id = $1
            )
            INSERT INTO room_stays (conversation_id, user_id, first_seq, first_line, last_seq, last_line) SELECT $1, $2, first_seq, first_line, $3, $4 FROM over
            """, room.Value, user.Id, last.Seq, last.Line!.Value);
        if (await QueryAsync("SELECT role FROM members WHERE conversation_id = $1 AND role = 3", row => row.GetInt16(0), room.Value) is [])
            await PassOnAsync();
    }

    // To the administrator of longest standing.
    private async Task PassOnAsync()
    {
        const string Oldest = """
            SELECT m.user_id, u.user_name FROM members m JOIN users u ON u.id = m.user_id WHERE m.conversation_id = $1 AND m.role = 2 AND u.erasing_at IS NULL ORDER BY m.joined_seq LIMIT 1
            """;
        if (await QueryAsync(Oldest, row => new SenderInfo(row.GetGuid(0), row.GetString(1)), room.Value) is [var heir])
            await SetRoleAsync(heir, RoomRole.Owner);
        else if (!Room.Archived)
        {
            await ExecuteAsync("UPDATE rooms SET archived = true WHERE id = $1", room.Value);
            await TellAsync(EventKinds.Title, EventKinds.Title.ContentOf(new(Archived: true)));
        }
    }

    public async Task SetRoleAsync(SenderInfo user, RoomRole role)
    {
        await ExecuteAsync("UPDATE members SET role = $3 WHERE conversation_id = $1 AND user_id = $2", room.Value, user.Id, (short)role);
        await TellAsync(EventKinds.Member, EventKinds.Member.ContentOf(new(user.Id, user.Nickname, MemberDeeds.Role, PostgresConversationStore.NameOf(role))));
    }

    public Task MarkAsync(Guid user, RoomOutsiderState state) => ExecuteAsync("""
        INSERT INTO room_outsiders (conversation_id, user_id, state, by_id, at) VALUES ($1, $2, $3, $4, now())
        ON CONFLICT (conversation_id, user_id) DO UPDATE SET state = excluded.state, by_id = excluded.by_id, at = excluded.at
        """, room.Value, user, (short)state, by.Id);

    public Task ForgetAsync(Guid user) => ExecuteAsync("DELETE FROM room_outsiders WHERE conversation_id = $1 AND user_id = $2", room.Value, user);

    /// <summary>Stores an event, the next one: a line, which its sender has read.</summary>
    public async Task<EventFrame> TellAsync(EventKind kind, RawJson content)
    {
        var added = new EventFrame(room, ++_lastSeq, kind.Name, by, at, Origin) { Id = $"{Guid.CreateVersion7()}", Line = ++_lastLine, Content = content };
        await ExecuteAsync("""
            WITH head AS (
                UPDATE conversations SET last_seq = $2, last_line = $3, last_message_at = greatest(last_message_at, $9) WHERE id = $1
            ), own AS (
                UPDATE members SET read_line = greatest(read_line, $3) WHERE conversation_id = $1 AND user_id = $5 AND role IS NOT NULL
            )
            INSERT INTO events (conversation_id, seq, line, kind, sender_id, sender_nickname, client_id, content, at, node) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            """, room.Value, added.Seq, added.Line.Value, kind.Number, by.Id, by.Nickname, added.Id, new NpgsqlParameter { Value = content.Utf8.ToArray(), NpgsqlDbType = NpgsqlDbType.Text },
            DateTimeOffset.FromUnixTimeMilliseconds(at).UtcDateTime, Origin);
        _events.Add(added);
        return added;
    }

    public async Task<RoomResult> DoneAsync(Guid? viewer = null) => new(null as RoomRefusal?)
    {
        Events = _events,
        Room = (await QueryAsync(RoomStore.InfoSql, RoomStore.ReadInfo, room.Value, viewer ?? by.Id)).SingleOrDefault(),
    };

    public async Task ExecuteAsync(string sql, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<List<T>> QueryAsync<T>(string sql, Func<NpgsqlDataReader, T> read, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        await using var rows = await command.ExecuteReaderAsync();
        var found = new List<T>();
        while (await rows.ReadAsync())
            found.Add(read(rows));
        return found;
    }

    private NpgsqlCommand Command(string sql, object[] parameters)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in parameters)
            command.Parameters.Add(value as NpgsqlParameter ?? new() { Value = value });
        return command;
    }
}
