using Im.Core.Data;
using Im.Core.People;
using Im.Core.Rooms;
using Im.Protocol;

namespace Im.Core.Administration;

/// <summary>
/// Lists for who runs the server, each read by an index and a page at a time (<see cref="AdminLimits.PageSize"/>). What is said in conversations is in none of them.
/// Every method throws <see cref="StoreUnavailableException"/> when the database cannot be reached.
/// </summary>
public interface IAdminStore
{
    /// <summary>Accounts by nickname.</summary>
    /// <param name="search">As in the directory; empty for all.</param>
    /// <param name="filter">One of <see cref="AdminUserFilters"/>; null for all.</param>
    Task<AdminPeoplePage> ListUsersAsync(string search, string? filter, NameCursor? after, CancellationToken cancellationToken = default);

    /// <summary>Rooms by title: private and archived ones too.</summary>
    /// <param name="key">Folded, as the titles' keys are; empty for all.</param>
    Task<AdminRoomsPage> ListRoomsAsync(string key, RoomCursor? after, CancellationToken cancellationToken = default);

    Task<AdminRoomInfo?> FindRoomAsync(ConversationId room, CancellationToken cancellationToken = default);

    /// <summary>Everybody's API keys, newest first.</summary>
    /// <param name="owner">Null for everybody's.</param>
    /// <param name="before">The <see cref="AdminKeysPage.Next"/> of the page before.</param>
    Task<AdminKeysPage> ListKeysAsync(Guid? owner, Guid? before, CancellationToken cancellationToken = default);
}

public sealed record AdminPeoplePage(IReadOnlyList<AdminPersonInfo> Users, NameCursor? Next);

public sealed record AdminRoomsPage(IReadOnlyList<AdminRoomInfo> Rooms, RoomCursor? Next);

public sealed record AdminKeysPage(IReadOnlyList<AdminKeyInfo> Keys, Guid? Next);
