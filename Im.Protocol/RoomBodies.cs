namespace Im.Protocol;

/// <summary>How large rooms may be.</summary>
public static class RoomLimits
{
    public const int MaxTitleChars = 64;
    public const int MaxTopicChars = 500;
    public const int MaxMembers = 10_000;

    /// <summary>Of one user.</summary>
    public const int MaxRooms = 1_000;

    /// <summary>Pending ones of one room.</summary>
    public const int MaxInvitations = 1_000;

    /// <summary>Of one room, those that ran out included until they are revoked.</summary>
    public const int MaxLinks = 20;
    public const int MaxLinkUses = 10_000;
    public const int MaxLinkSeconds = 30 * 24 * 3_600, DefaultLinkSeconds = 7 * 24 * 3_600, MinLinkSeconds = 60;

    /// <summary>Rooms or members on a page.</summary>
    public const int PageSize = 100;

    /// <summary>What is looked for in titles.</summary>
    public const int MaxSearchChars = 64;
}

/// <summary>A room as it is shown to its members, and a public one to everybody.</summary>
/// <param name="History">One of <see cref="Kinds.RoomHistories"/>.</param>
/// <param name="Members">How many there are.</param>
public sealed record RoomInfo(ConversationId Conversation, string Title, string Topic, bool Public, string History, int Members)
{
    public bool? Archived { get; init; }

    /// <summary>The version of its picture, which is part of its address (<see cref="PictureLimits"/>). Null for none.</summary>
    public string? Picture { get; init; }

    /// <summary>The reader's own, one of <see cref="Kinds.RoomRoles"/>; null for who is no member.</summary>
    public string? Role { get; init; }
}

/// <param name="Next">For the next page's <c>after</c>; null when this is the last.</param>
public sealed record RoomsResponse(IReadOnlyList<RoomInfo> Rooms, string? Next = null);

/// <param name="History">By default everything in a public room, in a private one from joining.</param>
public sealed record CreateRoomRequest(string Title, string Topic = "", bool Public = false, string? History = null);

/// <summary>What is left out stays.</summary>
public sealed record EditRoomRequest(string? Title = null, string? Topic = null, bool? Public = null, string? History = null, bool? Archived = null);

/// <summary>What became of a change.</summary>
/// <param name="Seq">Of the event that says so; null where nothing had to change. On a connection of who joined the room is live from this one on.</param>
public sealed record RoomResponse(RoomInfo Room, long? Seq = null);

/// <param name="Nickname">Whom.</param>
public sealed record InviteRequest(string Nickname);

/// <param name="At">Unix milliseconds.</param>
public sealed record InvitationInfo(RoomInfo Room, SenderInfo By, long At);

/// <param name="Role">One of <see cref="Kinds.RoomRoles"/>.</param>
public sealed record RoomMemberInfo(Guid Id, string Nickname, string Brief, string Role)
{
    /// <inheritdoc cref="UserInfo.Name"/>
    public string? Name { get; init; }

    /// <inheritdoc cref="UserInfo.Picture"/>
    public string? Picture { get; init; }
}

/// <inheritdoc cref="RoomsResponse"/>
public sealed record RoomMembersResponse(IReadOnlyList<RoomMemberInfo> Members, string? Next = null);

/// <inheritdoc cref="RoomsResponse"/>
public sealed record RoomBansResponse(IReadOnlyList<UserInfo> Users, string? Next = null);

/// <summary>Somebody who was invited and has not answered yet.</summary>
/// <param name="By">Who invited them.</param>
/// <param name="At">Unix milliseconds.</param>
public sealed record InvitedInfo(Guid Id, string Nickname, string Brief, SenderInfo By, long At)
{
    /// <inheritdoc cref="UserInfo.Name"/>
    public string? Name { get; init; }

    /// <inheritdoc cref="UserInfo.Picture"/>
    public string? Picture { get; init; }
}

/// <inheritdoc cref="RoomsResponse"/>
public sealed record RoomInvitedResponse(IReadOnlyList<InvitedInfo> Invited, string? Next = null);

/// <param name="Role"><c>member</c> or <c>administrator</c>; <c>owner</c> hands the room over.</param>
public sealed record RoleRequest(string Role);

/// <param name="MaxUses">How many may join by it; null: as many as come.</param>
public sealed record CreateLinkRequest(int ExpiresInSeconds = RoomLimits.DefaultLinkSeconds, int? MaxUses = null);

/// <param name="Created">Unix milliseconds, as <paramref name="Expires"/>.</param>
/// <param name="Uses">How many joined by it.</param>
/// <param name="Link">The link's secret: said once, when it is made.</param>
public sealed record RoomLinkInfo(Guid Id, SenderInfo By, long Created, long Expires, int Uses, int? MaxUses = null, string? Link = null);

/// <param name="Link">The secret of an invitation link.</param>
public sealed record JoinByLinkRequest(string Link);
