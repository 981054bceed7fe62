using Im.Protocol;

namespace Im.Core.Presence;

/// <summary>
/// Who is online, on all nodes. Each node owns one column in Redis (user → connections, and its guests) that lives as long as its lease; every node holds
/// all columns in memory and adds them up. When a lease ends exactly one node removes the column, and every node drops it.
/// </summary>
public interface IPresence
{
    /// <summary>A connection of this node opened or became <paramref name="user"/>'s (null: a guest's).</summary>
    void Enter(string connectionId, UserInfo? user);

    /// <summary>It closed.</summary>
    void Leave(string connectionId);

    /// <summary>The user's profile changed: every connection of theirs shows the new one.</summary>
    void Update(UserInfo user);

    PresenceFrame Snapshot();

    /// <summary>Raised with what changed since the last time, gathered for up to 250 ms. Called from one loop, never concurrently.</summary>
    event Action<PresenceFrame>? Changed;
}
