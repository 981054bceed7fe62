using Im.Core.Data;
using Im.Core.Kinds;
using Im.Core.Messages;
using Im.Core.Pictures;
using Im.Protocol;
using Im.Protocol.Kinds;
using Npgsql;

namespace Im.Core.Rooms;

/// <summary>Rooms in Postgres. Who may do what to whom stands here, under the lock of <see cref="RoomChange"/>.</summary>
internal sealed class RoomStore(ImDataSource data, StoreReader reader, AppendsUnderWay underWay, TimeProvider time) : IRoomStore
{
    private const int MaxAttempts = 5;

    private const string InfoColumns = "r.id, r.title, r.topic, r.is_public, r.has_history, r.members, r.archived, m.role, r.picture";

    /// <summary>How many <see cref="InfoColumns"/> are.</summary>
    private const int InfoCount = 9;

    /// <summary>$1 the room, $2 whose role.</summary>
    internal const string InfoSql = $"SELECT {InfoColumns} FROM rooms r LEFT JOIN members m ON m.conversation_id = r.id AND m.user_id = $2 WHERE r.id = $1";

    private const string PublicSql = $"""
        SELECT {InfoColumns}, r.title_key FROM rooms r LEFT JOIN members m ON m.conversation_id = r.id AND m.user_id = $1
        WHERE r.is_public AND NOT r.archived AND ($2 = '' OR strpos(r.title_key, $2) > 0) AND (r.title_key, r.id) > ($3, $4)
        ORDER BY r.title_key, r.id LIMIT $5
        """;

    private const string MembersSql = $"""
        SELECT {UserRow.Columns}, m.role FROM members m JOIN users u ON u.id = m.user_id
        WHERE m.conversation_id = $1 AND m.role IS NOT NULL AND (-m.role, m.user_id) > (-$2, $3) ORDER BY -m.role, m.user_id LIMIT $4
        """;

    private const string BannedSql = $"""
        SELECT {UserRow.Columns}, 0::smallint FROM room_outsiders o JOIN users u ON u.id = o.user_id WHERE o.conversation_id = $1 AND o.state = 2 AND o.user_id > $3 AND $2 IS NOT NULL ORDER BY o.user_id LIMIT $4
        """;

    private const string InvitedSql = $"""
        SELECT {UserRow.Columns}, b.id, b.user_name, o.at FROM room_outsiders o JOIN users u ON u.id = o.user_id JOIN users b ON b.id = o.by_id
        WHERE o.conversation_id = $1 AND o.state = 1 AND o.user_id > $2 ORDER BY o.user_id LIMIT $3
        """;

    private const string InvitationsSql = $"""
        SELECT {InfoColumns}, b.id, b.user_name, o.at FROM room_outsiders o JOIN rooms r ON r.id = o.conversation_id JOIN users b ON b.id = o.by_id LEFT JOIN members m ON false
        WHERE o.user_id = $1 AND o.state = 1 AND NOT r.archived ORDER BY o.at DESC LIMIT 100
        """;

    private const string LinksSql = """
        SELECT l.id, b.id, b.user_name, l.created_at, l.expires_at, l.uses, l.max_uses FROM room_links l JOIN users b ON b.id = l.by_id WHERE l.conversation_id = $1 ORDER BY l.created_at
        """;

    private const string StandingSql = """
        SELECT m.role, r.archived, m.first_seq, m.first_line, s.first_seq, s.first_line, s.last_seq, s.last_line
        FROM rooms r LEFT JOIN members m ON m.conversation_id = r.id AND m.user_id = $2 LEFT JOIN room_stays s ON s.conversation_id = r.id AND s.user_id = $2
        WHERE r.id = $1 ORDER BY s.last_seq
        """;

    private const string KnownSql = """
        SELECT FROM rooms r LEFT JOIN members m ON m.conversation_id = r.id AND m.user_id = $2 LEFT JOIN room_outsiders o ON o.conversation_id = r.id AND o.user_id = $2
        WHERE r.id = $1 AND (r.is_public OR m.role IS NOT NULL OR o.state = 1)
        """;

    private const string MembershipSql = """
        SELECT m.user_id, m.conversation_id, m.joined_seq, m.changed_seq, c.last_seq, c.last_line FROM members m JOIN conversations c ON c.id = m.conversation_id
        WHERE m.user_id = ANY ($1) AND m.role IS NOT NULL
        """;

    private readonly GatheredQuery<Membership> _memberships = new(reader, MembershipSql, ReadMembership);

    public async Task<RoomResult> CreateAsync(SenderInfo owner, CreateRoomRequest room, string titleKey, CancellationToken cancellationToken = default)
    {
        var id = ConversationId.NewRoom();
        return await TransactAsync(async connection =>
        {
            var change = new RoomChange(connection, id, owner, Now());
            if (await change.NicknameOfAsync(owner.Id) is null)
                return RoomRefusal.NotFound;
            if (await IsFullAsync(change, owner.Id))
                return RoomRefusal.TooMany;
            await change.ExecuteAsync("INSERT INTO conversations (id, kind, last_seq, last_line) VALUES ($1, 2, 0, 0)", id.Value);
            await change.ExecuteAsync(
                "INSERT INTO rooms (id, title, title_key, topic, is_public, has_history, archived, members, created_at) VALUES ($1, $2, $3, $4, $5, $6, false, 0, now())",
                id.Value, room.Title, titleKey, room.Topic, room.Public, (room.History ?? (room.Public ? RoomHistories.Everything : RoomHistories.Joined)) == RoomHistories.Everything);
            await change.LockAsync();
            await change.EnterAsync(owner, RoomRole.Owner, MemberDeeds.Created);
            return await change.DoneAsync();
        }, cancellationToken);
    }

    public async Task<RoomInfo?> FindAsync(ConversationId room, Guid user, CancellationToken cancellationToken = default)
    {
        var found = await reader.QueryAsync(InfoSql, [room.Value, user], async rows => await rows.ReadAsync() ? ReadInfo(rows) : null, cancellationToken);
        return found is { Role: not null } or { Public: true, Archived: null } ? found : null;
    }

    public Task<RoomsPage> ListPublicAsync(Guid user, string key, RoomCursor? after, CancellationToken cancellationToken = default) =>
        reader.QueryAsync(PublicSql, [user, key, after?.TitleKey ?? "", after?.Room ?? Guid.Empty, RoomLimits.PageSize + 1], async rows =>
        {
            var (found, cursors) = (new List<RoomInfo>(), new List<RoomCursor>());
            while (await rows.ReadAsync())
            {
                found.Add(ReadInfo(rows));
                cursors.Add(new(rows.GetString(InfoCount), rows.GetGuid(0)));
            }
            return found.Count <= RoomLimits.PageSize ? new RoomsPage(found, null) : new(found[..RoomLimits.PageSize], cursors[RoomLimits.PageSize - 1]);
        }, cancellationToken);

    public async Task<RoomPeoplePage?> ListMembersAsync(ConversationId room, Guid user, PersonCursor? after, CancellationToken cancellationToken = default) =>
        (await FindStandingAsync(room, user, cancellationToken))?.Role is null ? null : await ListAsync(MembersSql, room, after, cancellationToken);

    public Task<RoomPeoplePage> ListMembersAsync(ConversationId room, PersonCursor? after, CancellationToken cancellationToken = default) => ListAsync(MembersSql, room, after, cancellationToken);

    public async Task<RoomPeoplePage?> ListBannedAsync(ConversationId room, Guid user, PersonCursor? after, CancellationToken cancellationToken = default) =>
        (await FindStandingAsync(room, user, cancellationToken))?.IsAdministrator != true ? null : await ListAsync(BannedSql, room, after, cancellationToken);

    public async Task<RoomInvitedPage?> ListInvitedAsync(ConversationId room, Guid user, PersonCursor? after, CancellationToken cancellationToken = default) =>
        (await FindStandingAsync(room, user, cancellationToken))?.IsAdministrator != true ? null : await reader.QueryAsync(InvitedSql, [room.Value, after?.User ?? Guid.Empty, RoomLimits.PageSize + 1], async rows =>
        {
            var found = new List<InvitedInfo>();
            while (await rows.ReadAsync())
            {
                var invited = UserRow.Read(rows, 0);
                found.Add(new(invited.Id, invited.Nickname, invited.Brief, new(rows.GetGuid(UserRow.Count), rows.GetString(UserRow.Count + 1)), rows.GetUnixMilliseconds(UserRow.Count + 2)) { Name = invited.Name, Picture = invited.Picture });
            }
            return found.Count <= RoomLimits.PageSize ? new RoomInvitedPage(found, null) : new(found[..^1], new(0, found[^2].Id));
        }, cancellationToken);

    private Task<RoomPeoplePage> ListAsync(string sql, ConversationId room, PersonCursor? after, CancellationToken cancellationToken) =>
        reader.QueryAsync(sql, [room.Value, after?.Role ?? short.MaxValue, after?.User ?? Guid.Empty, RoomLimits.PageSize + 1], async rows =>
        {
            var (found, cursors) = (new List<RoomMemberInfo>(), new List<PersonCursor>());
            while (await rows.ReadAsync())
            {
                var (user, role) = (UserRow.Read(rows, 0), rows.GetInt16(UserRow.Count));
                found.Add(new(user.Id, user.Nickname, user.Brief, PostgresConversationStore.NameOf((RoomRole)role)) { Name = user.Name, Picture = user.Picture });
                cursors.Add(new(role, user.Id));
            }
            return found.Count <= RoomLimits.PageSize ? new RoomPeoplePage(found, null) : new(found[..RoomLimits.PageSize], cursors[RoomLimits.PageSize - 1]);
        }, cancellationToken);

    public Task<IReadOnlyList<InvitationInfo>> ListInvitationsAsync(Guid user, CancellationToken cancellationToken = default) => reader.QueryAsync(InvitationsSql, [user], async rows =>
    {
        var found = new List<InvitationInfo>();
        while (await rows.ReadAsync())
            found.Add(new(ReadInfo(rows) is { Public: false } room ? room with { Picture = null } : ReadInfo(rows), new(rows.GetGuid(InfoCount), rows.GetString(InfoCount + 1)), rows.GetUnixMilliseconds(InfoCount + 2)));
        return (IReadOnlyList<InvitationInfo>)found;
    }, cancellationToken);

    public Task<RoomResult> JoinAsync(ConversationId room, SenderInfo user, CancellationToken cancellationToken = default) => ChangeAsync(room, user, async change =>
        change.Role is not null ? await change.DoneAsync()
        : await change.OutsiderAsync(user.Id) is var state && state is not RoomOutsiderState.Invited && !change.Room.IsPublic ? RoomRefusal.NotFound
        : state is RoomOutsiderState.Banned ? RoomRefusal.Forbidden
        : await EnterAsync(change, user), cancellationToken);

    public async Task<RoomResult> JoinByLinkAsync(byte[] hash, SenderInfo user, CancellationToken cancellationToken = default)
    {
        var room = await reader.QueryAsync("SELECT conversation_id FROM room_links WHERE hash = $1", [hash], async rows => await rows.ReadAsync() ? rows.GetGuid(0) : (Guid?)null, cancellationToken);
        if (room is not { } id)
            return RoomRefusal.NotFound;
        return await ChangeAsync(new(id), user, async change =>
        {
            const string UseSql = "UPDATE room_links SET uses = uses + 1 WHERE hash = $1 AND expires_at > now() AND uses < coalesce(max_uses, uses + 1) RETURNING id";
            if (change.Role is not null)
                return await change.DoneAsync();
            // Counted in the transaction: what is refused further down is not.
            if (await change.OutsiderAsync(user.Id) == RoomOutsiderState.Banned || change.Room.Archived || await change.QueryAsync(UseSql, row => row.GetGuid(0), hash) is [])
                return RoomRefusal.NotFound;
            return await EnterAsync(change, user);
        }, cancellationToken, isKnown: true);
    }

    internal static async Task<RoomResult> EnterAsync(RoomChange change, SenderInfo user)
    {
        if (change.Room.Archived || await change.NicknameOfAsync(user.Id) is null)
            return RoomRefusal.NotFound;
        if (change.Room.Members >= RoomLimits.MaxMembers || await IsFullAsync(change, user.Id))
            return RoomRefusal.TooMany;
        await change.EnterAsync(user, RoomRole.Member, MemberDeeds.Joined);
        return await change.DoneAsync();
    }

    // Two rooms that one user joins at the same time are two rows: by one or two more than the bound it may be.
    private static async Task<bool> IsFullAsync(RoomChange change, Guid user) =>
        (await change.QueryAsync("SELECT count(*) FROM members WHERE user_id = $1 AND role IS NOT NULL", row => row.GetInt64(0), user))[0] >= RoomLimits.MaxRooms;

    public Task<RoomResult> LeaveAsync(ConversationId room, SenderInfo user, CancellationToken cancellationToken = default) => ChangeAsync(room, user, async change =>
    {
        if (change.Role is null)
            return RoomRefusal.NotFound;
        await change.ExitAsync(user, MemberDeeds.Left);
        return await change.DoneAsync();
    }, cancellationToken, takesRights: true);

    public Task<RoomResult> DeclineAsync(ConversationId room, SenderInfo user, CancellationToken cancellationToken = default) => ChangeAsync(room, user, async change =>
    {
        if (await change.OutsiderAsync(user.Id) != RoomOutsiderState.Invited)
            return RoomRefusal.NotFound;
        await change.ForgetAsync(user.Id);
        return new RoomResult(null as RoomRefusal?);
    }, cancellationToken);

    public Task<RoomResult> InviteAsync(ConversationId room, SenderInfo by, Guid user, CancellationToken cancellationToken = default) => ChangeAsync(room, by, async change =>
    {
        const string PendingSql = "SELECT count(*) FROM room_outsiders WHERE conversation_id = $1 AND state = 1";
        if (change.Role is null)
            return RoomRefusal.NotFound;
        if (change.Room.Archived || !change.Room.IsPublic && !change.LooksAfter)
            return RoomRefusal.Forbidden;
        if (await change.NicknameOfAsync(user) is not { } nickname)
            return RoomRefusal.NotFound;
        var state = await change.OutsiderAsync(user);
        if (state == RoomOutsiderState.Banned)
            return RoomRefusal.Forbidden;
        if (state == RoomOutsiderState.Invited || await change.RoleOfAsync(user) is not null)
            return await change.DoneAsync();
        if ((await change.QueryAsync(PendingSql, row => row.GetInt64(0), room.Value))[0] >= RoomLimits.MaxInvitations)
            return RoomRefusal.TooMany;
        await change.MarkAsync(user, RoomOutsiderState.Invited);
        return await SayAsync(change, new(user, nickname), MemberDeeds.Invited);
    }, cancellationToken);

    public Task<RoomResult> RemoveAsync(ConversationId room, SenderInfo by, Guid user, CancellationToken cancellationToken = default) => ChangeAsync(room, by, async change =>
    {
        var (refusal, nickname, role) = await MayActOnAsync(change, user);
        if (refusal is { } no)
            return no;
        if (role is not null)
            await change.ExitAsync(new(user, nickname), MemberDeeds.Removed);
        else if (await change.OutsiderAsync(user) == RoomOutsiderState.Invited)
        {
            await change.ForgetAsync(user);
            await change.TellAsync(EventKinds.Member, EventKinds.Member.ContentOf(new(user, nickname, MemberDeeds.Removed)));
        }
        else
            return RoomRefusal.NotFound;
        return await change.DoneAsync();
    }, cancellationToken, takesRights: true);

    public Task<RoomResult> BanAsync(ConversationId room, SenderInfo by, Guid user, CancellationToken cancellationToken = default) => ChangeAsync(room, by, async change =>
    {
        var (refusal, nickname, role) = await MayActOnAsync(change, user);
        if (refusal is { } no)
            return no;
        if (await change.OutsiderAsync(user) == RoomOutsiderState.Banned)
            return await change.DoneAsync();
        await change.MarkAsync(user, RoomOutsiderState.Banned);
        if (role is null)
            return await SayAsync(change, new(user, nickname), MemberDeeds.Banned);
        await change.ExitAsync(new(user, nickname), MemberDeeds.Banned);
        return await change.DoneAsync();
    }, cancellationToken, takesRights: true);

    public Task<RoomResult> UnbanAsync(ConversationId room, SenderInfo by, Guid user, CancellationToken cancellationToken = default) => ChangeAsync(room, by, async change =>
    {
        var (refusal, nickname, _) = await MayActOnAsync(change, user);
        if (refusal is { } no)
            return no;
        if (await change.OutsiderAsync(user) != RoomOutsiderState.Banned)
            return RoomRefusal.NotFound;
        await change.ForgetAsync(user);
        return await SayAsync(change, new(user, nickname), MemberDeeds.Unbanned);
    }, cancellationToken);

    // By who looks after the room, to those below them.
    private static async Task<(RoomRefusal? Refusal, string Nickname, RoomRole? Role)> MayActOnAsync(RoomChange change, Guid user)
    {
        if (change.Role is null)
            return (RoomRefusal.NotFound, "", null);
        if (!change.LooksAfter)
            return (RoomRefusal.Forbidden, "", null);
        if (await change.NicknameOfAsync(user) is not { } nickname)
            return (RoomRefusal.NotFound, "", null);
        var role = await change.RoleOfAsync(user);
        return (role >= change.Role ? RoomRefusal.Forbidden : null, nickname, role);
    }

    private static async Task<RoomResult> SayAsync(RoomChange change, SenderInfo user, string what)
    {
        await change.TellAsync(EventKinds.Member, EventKinds.Member.ContentOf(new(user.Id, user.Nickname, what)));
        return await change.DoneAsync();
    }

    public Task<RoomResult> SetRoleAsync(ConversationId room, SenderInfo by, Guid user, string role, CancellationToken cancellationToken = default) => ChangeAsync(room, by, async change =>
    {
        if (change.Role is null)
            return RoomRefusal.NotFound;
        if (change.Role != RoomRole.Owner || user == by.Id)
            return RoomRefusal.Forbidden;
        if (await change.RoleOfAsync(user) is not { } before || await change.NicknameOfAsync(user) is not { } nickname)
            return RoomRefusal.NotFound;
        var wanted = role switch { RoomRoles.Owner => RoomRole.Owner, RoomRoles.Administrator => RoomRole.Administrator, _ => RoomRole.Member };
        if (wanted == before)
            return await change.DoneAsync();
        await change.SetRoleAsync(new(user, nickname), wanted);
        if (wanted == RoomRole.Owner)
            await change.SetRoleAsync(by, RoomRole.Administrator);
        return await change.DoneAsync();
    }, cancellationToken);

    public Task<RoomResult> EditAsync(ConversationId room, SenderInfo by, EditRoomRequest wanted, string? titleKey, CancellationToken cancellationToken = default) => ChangeAsync(room, by, async change =>
    {
        var was = change.Room;
        if (change.Role is null)
            return RoomRefusal.NotFound;
        if (!change.LooksAfter || wanted.Archived is not null && change.Role != RoomRole.Owner || was.Archived && wanted.Archived != false)
            return RoomRefusal.Forbidden;
        var changed = new TitleContent(
            wanted.Title == was.Title ? null : wanted.Title, wanted.Topic == was.Topic ? null : wanted.Topic, wanted.Public == was.IsPublic ? null : wanted.Public,
            wanted.History is null || (wanted.History == RoomHistories.Everything) == was.HasHistory ? null : wanted.History, wanted.Archived == was.Archived ? null : wanted.Archived);
        if (changed == new TitleContent())
            return await change.DoneAsync();
        await change.ExecuteAsync("UPDATE rooms SET title = $2, title_key = $3, topic = $4, is_public = $5, has_history = $6, archived = $7 WHERE id = $1",
            room.Value, changed.Title ?? was.Title, changed.Title is null ? was.TitleKey : titleKey!, changed.Topic ?? was.Topic, changed.Public ?? was.IsPublic,
            changed.History is null ? was.HasHistory : changed.History == RoomHistories.Everything, changed.Archived ?? was.Archived);
        await change.TellAsync(EventKinds.Title, EventKinds.Title.ContentOf(changed));
        return await change.DoneAsync();
    }, cancellationToken, takesRights: wanted.Archived == true);

    public Task<RoomResult> SetArchivedAsync(ConversationId room, SenderInfo by, bool archived, CancellationToken cancellationToken = default) => ChangeAsync(room, by, async change =>
    {
        if (change.Room.Archived == archived)
            return await change.DoneAsync();
        await change.ExecuteAsync("UPDATE rooms SET archived = $2 WHERE id = $1", room.Value, archived);
        await change.TellAsync(EventKinds.Title, EventKinds.Title.ContentOf(new(Archived: archived)));
        return await change.DoneAsync();
    }, cancellationToken, takesRights: archived, isKnown: true);

    public Task<RoomResult> SetPictureAsync(ConversationId room, SenderInfo by, Picture? picture, CancellationToken cancellationToken = default) => ChangeAsync(room, by, async change =>
    {
        if (change.Role is null)
            return RoomRefusal.NotFound;
        if (!change.LooksAfter || change.Room.Archived)
            return RoomRefusal.Forbidden;
        if (picture?.Version == change.Room.Picture)
            return await change.DoneAsync();
        await change.ExecuteAsync("UPDATE rooms SET picture = $2 WHERE id = $1", room.Value, new NpgsqlParameter { Value = (object?)picture?.Version ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        if (picture is null)
            await change.ExecuteAsync("DELETE FROM pictures WHERE holder = $1", room.Value);
        else
            await change.ExecuteAsync(PictureStore.PutSql, room.Value, picture.Version, picture.Small, picture.Large);
        await change.TellAsync(EventKinds.Title, EventKinds.Title.ContentOf(new(Picture: picture?.Version ?? "")));
        return await change.DoneAsync();
    }, cancellationToken);

    public async Task<(RoomRefusal? Refusal, RoomLinkInfo? Link)> AddLinkAsync(ConversationId room, SenderInfo by, byte[] hash, CreateLinkRequest link, CancellationToken cancellationToken = default)
    {
        RoomLinkInfo? added = null;
        var done = await ChangeAsync(room, by, async change =>
        {
            if (change.Role is null)
                return RoomRefusal.NotFound;
            if (!change.LooksAfter || change.Room.Archived)
                return RoomRefusal.Forbidden;
            if ((await change.QueryAsync("SELECT count(*) FROM room_links WHERE conversation_id = $1", row => row.GetInt64(0), room.Value))[0] >= RoomLimits.MaxLinks)
                return RoomRefusal.TooMany;
            var id = Guid.NewGuid();
            const string Sql = """
                INSERT INTO room_links (id, conversation_id, hash, by_id, created_at, expires_at, uses, max_uses) VALUES ($1, $2, $3, $4, now(), now() + make_interval(secs => $5), 0, $6) RETURNING created_at, expires_at
                """;
            added = (await change.QueryAsync(Sql, row => new RoomLinkInfo(id, by, row.GetUnixMilliseconds(0), row.GetUnixMilliseconds(1), 0, link.MaxUses),
                id, room.Value, hash, by.Id, (double)link.ExpiresInSeconds, new NpgsqlParameter { Value = (object?)link.MaxUses ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Integer })).Single();
            return new RoomResult(null as RoomRefusal?);
        }, cancellationToken);
        return (done.Refusal, added);
    }

    public async Task<IReadOnlyList<RoomLinkInfo>?> ListLinksAsync(ConversationId room, Guid user, CancellationToken cancellationToken = default) =>
        (await FindStandingAsync(room, user, cancellationToken))?.IsAdministrator != true ? null : await reader.QueryAsync(LinksSql, [room.Value], async rows =>
        {
            var found = new List<RoomLinkInfo>();
            while (await rows.ReadAsync())
                found.Add(new(rows.GetGuid(0), new(rows.GetGuid(1), rows.GetString(2)), rows.GetUnixMilliseconds(3), rows.GetUnixMilliseconds(4), rows.GetInt32(5), rows.IsDBNull(6) ? null : rows.GetInt32(6)));
            return found;
        }, cancellationToken);

    public async Task<bool> RevokeLinkAsync(ConversationId room, Guid user, Guid link, CancellationToken cancellationToken = default) =>
        (await ChangeAsync(room, new(user, ""), async change =>
            change.LooksAfter && await change.QueryAsync("DELETE FROM room_links WHERE id = $1 AND conversation_id = $2 RETURNING id", row => row.GetGuid(0), link, room.Value) is not []
                ? new RoomResult(null as RoomRefusal?) : RoomRefusal.NotFound, cancellationToken)).Refusal is null;

    public async Task<IReadOnlyList<EventFrame>> LeaveAllAsync(SenderInfo user, CancellationToken cancellationToken = default)
    {
        var told = new List<EventFrame>();
        foreach (var membership in await ListMembershipsAsync(user.Id, cancellationToken))
            told.AddRange((await LeaveAsync(membership.Room, user, cancellationToken)).Events);
        await reader.QueryAsync("""
            WITH outside AS (DELETE FROM room_outsiders WHERE user_id = $1), links AS (DELETE FROM room_links WHERE by_id = $1), stays AS (DELETE FROM room_stays WHERE user_id = $1) SELECT 1
            """, [user.Id], rows => rows.ReadAsync(), cancellationToken);
        return told;
    }

    public Task<RoomStanding?> FindStandingAsync(ConversationId room, Guid user, CancellationToken cancellationToken = default) => reader.QueryAsync(StandingSql, [room.Value, user], async rows =>
    {
        var spans = new List<ReadSpan>();
        RoomStanding? standing = null;
        ReadSpan? now = null;
        while (await rows.ReadAsync())
        {
            now = rows.IsDBNull(0) ? null : new(rows.GetInt64(2), rows.GetInt64(3));
            standing = new(rows.IsDBNull(0) ? null : PostgresConversationStore.NameOf((RoomRole)rows.GetInt16(0)), rows.GetBoolean(1), new(spans));
            if (!rows.IsDBNull(4))
                spans.Add(new(rows.GetInt64(4), rows.GetInt64(5), rows.GetInt64(6), rows.GetInt64(7)));
        }
        if (now is { } open)
            spans.Add(open);
        return spans.Count > 0 ? standing : null;
    }, cancellationToken);

    public Task<IReadOnlyList<Membership>> ListMembershipsAsync(Guid user, CancellationToken cancellationToken = default) => _memberships.AskAsync(user).WaitAsync(cancellationToken);

    public Task<Membership?> FindMembershipAsync(ConversationId room, Guid user, CancellationToken cancellationToken = default) => reader.QueryAsync(
        $"{MembershipSql} AND m.conversation_id = $2", [new[] { user }, room.Value], async rows => await rows.ReadAsync() ? ReadMembership(rows) : null, cancellationToken);

    private static Membership ReadMembership(NpgsqlDataReader row) => new(new(row.GetGuid(1)), row.GetInt64(2), row.GetInt64(3), new(row.GetInt64(4), row.GetInt64(5)));

    internal static RoomInfo ReadInfo(NpgsqlDataReader row) =>
        new(new(row.GetGuid(0)), row.GetString(1), row.GetString(2), row.GetBoolean(3), row.GetBoolean(4) ? RoomHistories.Everything : RoomHistories.Joined, row.GetInt32(5))
        {
            Archived = row.GetBoolean(6) ? true : null,
            Role = row.IsDBNull(7) ? null : PostgresConversationStore.NameOf((RoomRole)row.GetInt16(7)),
            Picture = row.IsDBNull(8) ? null : row.GetString(8),
        };

    /// <param name="isKnown">The user has a link, or administers the server.</param>
    /// <param name="takesRights">Returns when nothing is under way any more of who could write before.</param>
    internal async Task<RoomResult> ChangeAsync(ConversationId room, SenderInfo by, Func<RoomChange, Task<RoomResult>> change, CancellationToken cancellationToken, bool takesRights = false, bool isKnown = false)
    {
        // Who may not know of the room locks nothing, and is answered as fast as where there is none.
        if (!room.IsRoom || !isKnown && !await reader.QueryAsync(KnownSql, [room.Value, by.Id], rows => rows.ReadAsync(), cancellationToken))
            return RoomRefusal.NotFound;
        var result = await TransactAsync(async connection =>
        {
            var begun = new RoomChange(connection, room, by, Now());
            return await begun.LockAsync() ? await change(begun) : RoomRefusal.NotFound;
        }, cancellationToken);
        if (takesRights && result.Events.Count > 0)
            await underWay.WaitAsync(CancellationToken.None);
        return result;
    }

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Commits where it was not refused. Whoever does not wait for the end of it does not end it.</summary>
    private async Task<RoomResult> TransactAsync(Func<NpgsqlConnection, Task<RoomResult>> change, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
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
    }

    private async Task<RoomResult> RunAsync(Func<NpgsqlConnection, Task<RoomResult>> change)
    {
        await using var connection = await data.Source.OpenConnectionAsync();
        var watch = new CommitWatch(connection);
        await using var transaction = await connection.BeginTransactionAsync();
        var result = await change(connection);
        if (result.Refusal is null)
            await transaction.CommitAsync();
        watch.ThrowIfUnconfirmed();
        return result;
    }
}
