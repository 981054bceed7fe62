using Im.Core.Data;
using Im.Core.Messages;
using Im.Core.Pictures;
using Im.Protocol;

namespace Im.Core.Rooms;

/// <summary>
/// Rooms and who is in them. What changes a membership or a title stores the event that says so in the same transaction, with the conversation's row locked: the memberships are what the
/// events add up to. Events that are returned are stored, and to be published. Every method throws <see cref="StoreUnavailableException"/> when the database cannot be reached.
/// </summary>
public interface IRoomStore
{
    Task<RoomResult> CreateAsync(SenderInfo owner, CreateRoomRequest room, string titleKey, CancellationToken cancellationToken = default);

    /// <summary>A room as this user sees it: their own, or a public one. Null for every other.</summary>
    Task<RoomInfo?> FindAsync(ConversationId room, Guid user, CancellationToken cancellationToken = default);

    /// <summary>Public rooms by title, those with <paramref name="key"/> in it.</summary>
    /// <param name="key">Folded, as the titles' keys are; empty for all.</param>
    /// <param name="after">The <see cref="RoomsPage.Next"/> of the page before.</param>
    Task<RoomsPage> ListPublicAsync(Guid user, string key, RoomCursor? after, CancellationToken cancellationToken = default);

    /// <summary>Members, owner first, then administrators. Null for who is none.</summary>
    Task<RoomPeoplePage?> ListMembersAsync(ConversationId room, Guid user, PersonCursor? after, CancellationToken cancellationToken = default);

    /// <summary>The same for the server's administrators, who need be none. Without members where there is no such room.</summary>
    Task<RoomPeoplePage> ListMembersAsync(ConversationId room, PersonCursor? after, CancellationToken cancellationToken = default);

    /// <summary>Who is banned. Null for who does not look after the room.</summary>
    Task<RoomPeoplePage?> ListBannedAsync(ConversationId room, Guid user, PersonCursor? after, CancellationToken cancellationToken = default);

    /// <summary>Who was invited and has not answered. Null for who does not look after the room.</summary>
    Task<RoomInvitedPage?> ListInvitedAsync(ConversationId room, Guid user, PersonCursor? after, CancellationToken cancellationToken = default);

    Task<IReadOnlyList<InvitationInfo>> ListInvitationsAsync(Guid user, CancellationToken cancellationToken = default);

    /// <summary>Into a public room, or one that the user was invited to.</summary>
    Task<RoomResult> JoinAsync(ConversationId room, SenderInfo user, CancellationToken cancellationToken = default);

    /// <param name="hash">The SHA-256 of the link's secret.</param>
    Task<RoomResult> JoinByLinkAsync(byte[] hash, SenderInfo user, CancellationToken cancellationToken = default);

    /// <summary>An owner who leaves hands the room over to the administrator of longest standing; where there is none, it is archived.</summary>
    Task<RoomResult> LeaveAsync(ConversationId room, SenderInfo user, CancellationToken cancellationToken = default);

    /// <summary>Takes an invitation back, as the one who was invited.</summary>
    Task<RoomResult> DeclineAsync(ConversationId room, SenderInfo user, CancellationToken cancellationToken = default);

    Task<RoomResult> InviteAsync(ConversationId room, SenderInfo by, Guid user, CancellationToken cancellationToken = default);

    /// <summary>A member, or somebody invited.</summary>
    Task<RoomResult> RemoveAsync(ConversationId room, SenderInfo by, Guid user, CancellationToken cancellationToken = default);

    Task<RoomResult> BanAsync(ConversationId room, SenderInfo by, Guid user, CancellationToken cancellationToken = default);

    Task<RoomResult> UnbanAsync(ConversationId room, SenderInfo by, Guid user, CancellationToken cancellationToken = default);

    /// <param name="role">One of <see cref="Protocol.Kinds.RoomRoles"/>; <c>owner</c> hands the room over.</param>
    Task<RoomResult> SetRoleAsync(ConversationId room, SenderInfo by, Guid user, string role, CancellationToken cancellationToken = default);

    /// <param name="titleKey">Of the new title, where there is one.</param>
    Task<RoomResult> EditAsync(ConversationId room, SenderInfo by, EditRoomRequest change, string? titleKey, CancellationToken cancellationToken = default);

    /// <summary>By an administrator of the server, who need be no member.</summary>
    Task<RoomResult> SetArchivedAsync(ConversationId room, SenderInfo by, bool archived, CancellationToken cancellationToken = default);

    /// <param name="picture">Null for none.</param>
    Task<RoomResult> SetPictureAsync(ConversationId room, SenderInfo by, Picture? picture, CancellationToken cancellationToken = default);

    Task<(RoomRefusal? Refusal, RoomLinkInfo? Link)> AddLinkAsync(ConversationId room, SenderInfo by, byte[] hash, CreateLinkRequest link, CancellationToken cancellationToken = default);

    /// <summary>Null for who does not look after the room.</summary>
    Task<IReadOnlyList<RoomLinkInfo>?> ListLinksAsync(ConversationId room, Guid user, CancellationToken cancellationToken = default);

    /// <summary>False where there is none, or the user does not look after the room.</summary>
    Task<bool> RevokeLinkAsync(ConversationId room, Guid user, Guid link, CancellationToken cancellationToken = default);

    /// <summary>Of an account that is being deleted: it leaves every room, and what it was invited to, banned from and gave out as links is forgotten.</summary>
    /// <param name="user">As they are called from now on.</param>
    Task<IReadOnlyList<EventFrame>> LeaveAllAsync(SenderInfo user, CancellationToken cancellationToken = default);

    /// <summary>What somebody may do and read in a room; null for who was never a member, and where there is no such room: one question either way.</summary>
    Task<RoomStanding?> FindStandingAsync(ConversationId room, Guid user, CancellationToken cancellationToken = default);

    /// <summary>The rooms that the user is a member of.</summary>
    Task<IReadOnlyList<Membership>> ListMembershipsAsync(Guid user, CancellationToken cancellationToken = default);

    /// <summary>One of these; null for who is no member.</summary>
    Task<Membership?> FindMembershipAsync(ConversationId room, Guid user, CancellationToken cancellationToken = default);
}

public enum RoomRefusal
{
    /// <summary>There is no such room, person or link, or not for this user.</summary>
    NotFound,

    /// <summary>The user is not the one to do it, or it was archived.</summary>
    Forbidden,

    /// <summary>As many members, rooms, invitations, links or webhooks as there may be.</summary>
    TooMany,

    /// <summary>The name is somebody's.</summary>
    Taken,
}

/// <param name="Refusal">Null where it was done, or nothing had to be.</param>
public sealed record RoomResult(RoomRefusal? Refusal)
{
    /// <summary>As the user sees it now.</summary>
    public RoomInfo? Room { get; init; }

    public IReadOnlyList<EventFrame> Events { get; init; } = [];

    public static implicit operator RoomResult(RoomRefusal refusal) => new(refusal);
}

/// <param name="Role">One of <see cref="Protocol.Kinds.RoomRoles"/>; null for who is no member any more.</param>
public sealed record RoomStanding(string? Role, bool Archived, ReadScope Scope)
{
    public bool IsAdministrator => Role is Protocol.Kinds.RoomRoles.Administrator or Protocol.Kinds.RoomRoles.Owner;
}

/// <param name="JoinedSeq">The event of their joining.</param>
/// <param name="ChangedSeq">The newest event by which they came or went.</param>
/// <param name="Head">Of the conversation, in the same moment.</param>
public sealed record Membership(ConversationId Room, long JoinedSeq, long ChangedSeq, ConversationHead Head);

public sealed record RoomsPage(IReadOnlyList<RoomInfo> Rooms, RoomCursor? Next);

public sealed record RoomPeoplePage(IReadOnlyList<RoomMemberInfo> People, PersonCursor? Next);

public sealed record RoomInvitedPage(IReadOnlyList<InvitedInfo> Invited, PersonCursor? Next);
