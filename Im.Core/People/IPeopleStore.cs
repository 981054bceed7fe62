using Im.Core.Data;
using Im.Protocol;

namespace Im.Core.People;

/// <summary>Who there is, online or not, and what one person wants of another. Every method throws <see cref="StoreUnavailableException"/> when the database cannot be reached.</summary>
public interface IPeopleStore
{
    /// <summary>A page of all accounts by nickname, at most <see cref="PeopleLimits.PageSize"/>.</summary>
    /// <param name="search">Folded, as nicknames are compared: each of its words begins a word of the nickname or of the display name. Empty: everybody.</param>
    Task<DirectoryPage> SearchAsync(string search, NameCursor? after, CancellationToken cancellationToken = default);

    /// <summary>Somebody as <paramref name="viewer"/> may see them; null where there is no such account.</summary>
    Task<ProfileInfo?> FindAsync(Guid userId, Guid viewer, CancellationToken cancellationToken = default);

    /// <summary>Those of these who have an account, in no order.</summary>
    Task<IReadOnlyList<UserInfo>> FindManyAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken = default);

    /// <summary>Whether others see when the user was here last, and the user when others were.</summary>
    Task<bool> GetLastSeenAsync(Guid userId, CancellationToken cancellationToken = default);

    /// <summary>With false what is stored of it is forgotten.</summary>
    Task SetLastSeenAsync(Guid userId, bool shown, CancellationToken cancellationToken = default);

    /// <summary>They came or went just now. Not stored of those who do not want it.</summary>
    Task SeeAsync(IReadOnlyCollection<Guid> users, CancellationToken cancellationToken = default);

    /// <summary>Whom the user has blocked, by nickname.</summary>
    Task<IReadOnlyList<UserInfo>> ListBlockedAsync(Guid userId, CancellationToken cancellationToken = default);

    Task<BlockResult> BlockAsync(Guid userId, Guid blocked, CancellationToken cancellationToken = default);

    /// <returns>False: they were not blocked.</returns>
    Task<bool> UnblockAsync(Guid userId, Guid blocked, CancellationToken cancellationToken = default);

    /// <summary>A request is answered: accepted it is a conversation like others, declined it is not listed until <paramref name="peer"/> writes again.</summary>
    /// <returns>False: there is no such request.</returns>
    Task<bool> AnswerRequestAsync(Guid userId, Guid peer, bool accept, CancellationToken cancellationToken = default);
}

/// <param name="Next">Null when this is the last.</param>
public sealed record DirectoryPage(IReadOnlyList<UserInfo> Users, NameCursor? Next);

public enum BlockResult
{
    Done,

    /// <summary>There is no such account.</summary>
    Nobody,

    /// <summary><see cref="PeopleLimits.MaxBlocks"/> are blocked.</summary>
    TooMany,
}
