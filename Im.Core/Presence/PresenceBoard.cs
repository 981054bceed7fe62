using System.Text;
using Im.Protocol;

namespace Im.Core.Presence;

/// <summary>All nodes' columns in memory, and their sum. Safe from any thread; its lock is held for no longer than the counting takes.</summary>
internal sealed class PresenceBoard
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Column> _columns = [];
    private readonly Dictionary<Guid, OnlineUser> _online = [];
    private readonly Dictionary<Guid, OnlineUser> _changed = [];
    private int _guests;
    private bool _guestsChanged;

    /// <summary>The version of a node's column, null when there is none.</summary>
    public long? VersionOf(string node)
    {
        lock (_lock)
            return _columns.TryGetValue(node, out var column) ? column.Version : null;
    }

    public IReadOnlyList<string> Nodes
    {
        get
        {
            lock (_lock)
                return [.. _columns.Keys];
        }
    }

    /// <summary>Changes the users named and the number of guests in a node's column.</summary>
    public void Apply(string node, long version, ReadOnlySpan<OnlineUser> users, int guests)
    {
        lock (_lock)
        {
            if (!_columns.TryGetValue(node, out var column))
                _columns.Add(node, column = new());
            column.Version = version;
            SetGuests(column, guests);
            foreach (var user in users)
                SetUser(column, user);
        }
    }

    /// <summary>Makes a node's column this, with only the differences counting as changes.</summary>
    public void Replace(string node, long version, IReadOnlyDictionary<Guid, OnlineUser> users, int guests)
    {
        lock (_lock)
        {
            if (!_columns.TryGetValue(node, out var column))
                _columns.Add(node, column = new());
            column.Version = version;
            SetGuests(column, guests);
            foreach (var gone in column.Users.Values.Where(user => !users.ContainsKey(user.Id)).ToArray())
                SetUser(column, gone with { Places = 0 });
            foreach (var user in users.Values)
                SetUser(column, user);
        }
    }

    public void Drop(string node)
    {
        lock (_lock)
        {
            if (!_columns.Remove(node, out var column))
                return;
            SetGuests(column, 0);
            foreach (var user in column.Users.Values.ToArray())
                SetUser(column, user with { Places = 0 });
        }
    }

    public PresenceFrame Snapshot()
    {
        lock (_lock)
            return TakeSnapshot();
    }

    /// <summary>What changed since the last call, null when nothing did. When more users changed than a snapshot lists, the snapshot is the shorter answer.</summary>
    public PresenceFrame? TakeChanges()
    {
        lock (_lock)
        {
            if (_changed.Count == 0 && !_guestsChanged)
                return null;
            var isMuch = _changed.Count > ProtocolLimits.MaxPresenceUsers || _changed.Values.Sum(TextBytes) > ProtocolLimits.MaxPageTextBytes;
            var frame = isMuch ? TakeSnapshot() : new(Full: false, [.. _changed.Values], _guests, _online.Count);
            _changed.Clear();
            _guestsChanged = false;
            return frame;
        }
    }

    private PresenceFrame TakeSnapshot()
    {
        var textBytes = 0;
        var listed = _online.Values.Take(ProtocolLimits.MaxPresenceUsers).TakeWhile(user => (textBytes += TextBytes(user)) <= ProtocolLimits.MaxPageTextBytes);
        return new(Full: true, [.. listed], _guests, _online.Count);
    }

    private static int TextBytes(OnlineUser user) => Encoding.UTF8.GetByteCount(user.Nickname) + Encoding.UTF8.GetByteCount(user.Brief);

    private void SetGuests(Column column, int guests)
    {
        if (column.Guests == guests)
            return;
        _guests += guests - column.Guests;
        column.Guests = guests;
        _guestsChanged = true;
    }

    private void SetUser(Column column, OnlineUser user)
    {
        var before = column.Users.GetValueOrDefault(user.Id);
        if (before == user || before is null && user.Places == 0)
            return;
        if (user.Places == 0)
            column.Users.Remove(user.Id);
        else
            column.Users[user.Id] = user;
        var places = (_online.GetValueOrDefault(user.Id)?.Places ?? 0) + user.Places - (before?.Places ?? 0);
        // The profile shown is the one that came last (each node with the user is told of a change); who leaves a place says nothing new about it.
        var sum = (user.Places == 0 ? _online[user.Id] : user) with { Places = places };
        if (places == 0)
            _online.Remove(user.Id);
        else
            _online[user.Id] = sum;
        _changed[user.Id] = sum;
    }

    private sealed class Column
    {
        public Dictionary<Guid, OnlineUser> Users { get; } = [];
        public long Version { get; set; }
        public int Guests { get; set; }
    }
}
