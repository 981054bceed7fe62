using Im.Protocol;

namespace Im.Client.Presence;

/// <summary>Who is online, put together from the node's <c>presence</c> frames.</summary>
internal sealed class OnlineList
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, OnlineUser> _users = [];
    private int _guests, _online;

    public OnlineSnapshot Snapshot()
    {
        lock (_lock)
            return new([.. _users.Values], _guests, _online);
    }

    public void Apply(PresenceFrame frame)
    {
        lock (_lock)
        {
            if (frame.Full)
                _users.Clear();
            foreach (var user in frame.Users)
            {
                if (user.Places > 0)
                    _users[user.Id] = user;
                else
                    _users.Remove(user.Id);
            }
            (_guests, _online) = (frame.Guests, frame.Online);
        }
    }
}
