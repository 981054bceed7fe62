using Im.Core.Data;
using Im.Core.Rooms;
using Im.Protocol;

namespace Im.Core.Widgets;

/// <summary>
/// The pages on which the widget may be, and the accounts of those who come from there. Such an account is nobody's who logs in: a site's server names it, within what its keys' owner has, and never one that
/// was there before. Every method throws <see cref="StoreUnavailableException"/> when the database cannot be reached.
/// </summary>
public interface IWidgetStore
{
    /// <summary>All of them, by origin.</summary>
    Task<IReadOnlyList<WidgetSiteInfo>> ListAsync(CancellationToken cancellationToken = default);

    /// <param name="labelKey">What the label is compared by.</param>
    Task<(WidgetRefusal? Refusal, WidgetSiteInfo? Site)> AddAsync(string origin, string label, string labelKey, Guid owner, CancellationToken cancellationToken = default);

    /// <summary>The site that was removed; null where there is none. Every process knows two seconds later.</summary>
    Task<WidgetSiteInfo?> RemoveAsync(Guid site, CancellationToken cancellationToken = default);

    /// <summary>The account of somebody whom a site's server names; made with the first free one of the names, and renamed so where the server calls them otherwise than before.</summary>
    /// <param name="subject">What the server calls them.</param>
    /// <param name="name">How the server says they are called.</param>
    /// <returns>Null where none of the names is free, or the account is being deleted.</returns>
    Task<WidgetAccount?> FindOrCreateAsync(Guid owner, string subject, string name, string brief, IEnumerable<WidgetName> names, CancellationToken cancellationToken = default);

    /// <summary>Whether the account is one of those that came with this owner's keys.</summary>
    Task<bool> IsOfAsync(Guid owner, Guid user, CancellationToken cancellationToken = default);

    /// <summary>How many accounts came with this owner's keys.</summary>
    Task<long> CountOfAsync(Guid owner, CancellationToken cancellationToken = default);

    /// <summary>Brings somebody into a room that <paramref name="owner"/> looks after; nothing where they are in it.</summary>
    Task<RoomResult> EnterAsync(ConversationId room, Guid owner, SenderInfo user, CancellationToken cancellationToken = default);
}

public enum WidgetRefusal
{
    /// <summary>The origin is allowed already, or its label is another owner's.</summary>
    Taken,

    TooMany,
}

/// <summary>A nickname and what it is compared by.</summary>
public sealed record WidgetName(string Nickname, string Key, string Skeleton);

/// <param name="Changed">It was called otherwise before.</param>
public sealed record WidgetAccount(UserInfo User, bool Changed);
