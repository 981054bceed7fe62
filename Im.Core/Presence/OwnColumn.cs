using System.Text.Json;
using Im.Core.Nodes;
using Im.Protocol;
using StackExchange.Redis;

namespace Im.Core.Presence;

/// <summary>This node's connections and whose they are: counted on the board at once, kept for Redis until <see cref="Collect"/>. Safe from any thread.</summary>
internal sealed class OwnColumn(string node, PresenceBoard board, TimeProvider time, TimeSpan returnTime)
{
    public const string GuestsField = "guests";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Guid?> _connections = [];
    private readonly Dictionary<Guid, OnlineUser> _users = [];
    private readonly HashSet<Guid> _changed = [];
    private readonly Dictionary<Guid, long> _absent = []; // since when; each still counts as one place
    private int _guests;
    private bool _guestsChanged;

    /// <summary>A column as its hash in Redis holds it; without a version there is none.</summary>
    public static (long? Version, Dictionary<Guid, OnlineUser> Users, int Guests) Read(HashEntry[] hash)
    {
        long? version = null;
        var guests = 0;
        var users = new Dictionary<Guid, OnlineUser>();
        foreach (var field in hash)
        {
            if (field.Name == LeasedHash.VersionField)
                version = (long)field.Value;
            else if (field.Name == GuestsField)
                guests = (int)field.Value;
            else if (JsonSerializer.Deserialize(((ReadOnlyMemory<byte>)field.Value).Span, PresenceJson.Wire.OnlineUser) is { } user)
                users[user.Id] = user;
        }
        return (version, users, guests);
    }

    public void Enter(string connectionId, UserInfo? user)
    {
        lock (_lock)
        {
            if (_connections.TryGetValue(connectionId, out var before))
            {
                if (before == user?.Id)
                    return;
                Remove(before);
            }
            _connections[connectionId] = user?.Id;
            if (user is null)
                SetGuests(_guests + 1);
            else
                Set(new(user.Id, user.Nickname, user.Brief, (_users.GetValueOrDefault(user.Id)?.Places ?? 0) + (_absent.Remove(user.Id) ? 0 : 1)) { Name = user.Name, Picture = user.Picture });
        }
    }

    public void Leave(string connectionId, bool mayReturn)
    {
        lock (_lock)
        {
            if (!_connections.Remove(connectionId, out var user))
                return;
            if (mayReturn && user is { } id && board.PlacesOf(id) == 1)
                _absent[id] = time.GetTimestamp();
            else
                Remove(user);
        }
    }

    /// <summary>Of those who are awaited lets go who did not come back in time, and who is on another node by now.</summary>
    public void EndAbsences()
    {
        lock (_lock)
        {
            foreach (var (user, since) in _absent)
                if (board.PlacesOf(user) > 1 || time.GetElapsedTime(since) >= returnTime)
                {
                    _absent.Remove(user);
                    Remove(user);
                }
        }
    }

    public void Update(UserInfo user)
    {
        lock (_lock)
        {
            if (_users.TryGetValue(user.Id, out var online))
                Set(online with { Nickname = user.Nickname, Brief = user.Brief, Name = user.Name, Picture = user.Picture });
        }
    }

    public void LeaveAll()
    {
        lock (_lock)
        {
            foreach (var user in _connections.Values.Concat(_absent.Keys.Select(id => (Guid?)id)))
                Remove(user);
            _connections.Clear();
            _absent.Clear();
        }
    }

    /// <summary>What Redis does not have yet, or all there is: for the hash as fields (an empty value removes), for the other nodes as users.</summary>
    public (List<HashEntry> Fields, List<OnlineUser> Users, int Guests) Collect(bool all)
    {
        lock (_lock)
        {
            var users = new List<OnlineUser>(all ? _users.Count : _changed.Count);
            if (all)
                users.AddRange(_users.Values);
            else
                users.AddRange(_changed.Select(id => _users.GetValueOrDefault(id) ?? new(id, "", "", 0)));
            var fields = new List<HashEntry>(users.Count + 1);
            foreach (var user in users)
                fields.Add(new(user.Id.ToString("N"), user.Places == 0 ? RedisValue.EmptyString : JsonSerializer.SerializeToUtf8Bytes(user, PresenceJson.Wire.OnlineUser)));
            if (all || _guestsChanged)
                fields.Add(new(GuestsField, _guests));
            _changed.Clear();
            _guestsChanged = false;
            return (fields, users, _guests);
        }
    }

    private void Remove(Guid? user)
    {
        if (user is not { } id)
            SetGuests(_guests - 1);
        else
            Set(_users[id] with { Places = _users[id].Places - 1 });
    }

    private void SetGuests(int guests)
    {
        _guests = guests;
        _guestsChanged = true;
        board.Apply(node, 0, [], guests);
    }

    private void Set(OnlineUser user)
    {
        if (user.Places == 0)
            _users.Remove(user.Id);
        else
            _users[user.Id] = user;
        _changed.Add(user.Id);
        board.Apply(node, 0, [user], _guests);
    }
}
