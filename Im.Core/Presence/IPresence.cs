using Im.Protocol;

namespace Im.Core.Presence;

/// <summary>
/// Who is online, on all nodes. Each node owns one column in Redis (user → connections, and its guests) that lives as long as its lease; every node holds
/// all columns in memory and adds them up. When a lease ends exactly one node removes the column, and every node drops it.
/// A change on this node counts here at once, with or without Redis, and on the others within half a second; while Redis is away the others stay as last known.
/// All methods are safe from any thread and never wait.
/// </summary>
public interface IPresence
{
    /// <summary>A connection of this node opened or became <paramref name="user"/>'s (null: a guest's).</summary>
    void Enter(string connectionId, UserInfo? user);

    /// <summary>It closed.</summary>
    /// <param name="mayReturn">As from a page that is loaded anew, or a phone that changes its network: a user whose last connection it was, on any node, stays for <see cref="PresenceOptions.ReturnTime"/>, so that nobody sees them go and come.</param>
    void Leave(string connectionId, bool mayReturn = false);

    /// <summary>The user's profile changed: every connection of theirs shows the new one.</summary>
    void Update(UserInfo user);

    /// <summary>Who is online now, as a full frame: at most <see cref="ProtocolLimits.MaxPresenceUsers"/> users, whichever, and how many there are.</summary>
    PresenceFrame Snapshot();

    /// <summary>A page of all who are online, also those a snapshot does not list; see <see cref="PeopleFrame"/>.</summary>
    /// <param name="after">The <see cref="PeoplePage.Next"/> of the page before.</param>
    PeoplePage ListAfter(Guid? after);

    /// <summary>
    /// Raised with what changed since the last time, gathered for up to 250 ms; a full frame where more changed than a snapshot lists. Users beyond the list change the count
    /// alone, and take the places of those who leave it. Called from one loop, never
    /// concurrently and with no lock held; what a handler throws is logged. Who takes a snapshot after adding its handler misses nothing: a change may come twice.
    /// </summary>
    event Action<PresenceFrame>? Changed;
}

/// <summary>Who is online, for a process that is not a node.</summary>
public interface IOnlinePeople
{
    /// <summary>As <see cref="IPresence.ListAfter"/>, up to a second old.</summary>
    /// <exception cref="Nodes.NodesUnavailableException"/>
    Task<PeoplePage> ListAfterAsync(Guid? after, CancellationToken cancellationToken = default);
}

/// <param name="Online">On all pages.</param>
/// <param name="Next">Null when this is the last.</param>
public sealed record PeoplePage(IReadOnlyList<OnlineUser> Users, int Online, Guid? Next);
