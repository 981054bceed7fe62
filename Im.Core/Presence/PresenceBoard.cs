using System.Diagnostics;
using System.Text;
using Im.Protocol;

namespace Im.Core.Presence;

/// <summary>
/// All nodes' columns in memory, and their sum. Of many users some are listed, the others only counted: what a change costs all who hear of it must not grow without end.
/// Safe from any thread; its lock is held for no longer than the counting takes.
/// </summary>
internal sealed class PresenceBoard
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Column> _columns = [];
    private readonly Dictionary<Guid, OnlineUser> _online = [];
    private readonly HashSet<Guid> _listed = [];
    private Queue<Guid> _unlisted = []; // some of them are gone or listed since
    private readonly Dictionary<Guid, OnlineUser> _changed = [];
    private int _listedTextBytes;
    private int _guests;
    private bool _countsChanged;
    private static readonly TimeSpan SortedFor = TimeSpan.FromMilliseconds(250);
    private OnlineUser[]? _sorted;
    private long _sortedVersion, _sortedAt, _changes;

    /// <summary>The version of a node's column, null when there is none.</summary>
    public long? VersionOf(string node)
    {
        lock (_lock)
            return _columns.TryGetValue(node, out var column) ? column.Version : null;
    }

    public int PlacesOf(Guid user)
    {
        lock (_lock)
            return _online.GetValueOrDefault(user)?.Places ?? 0;
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

    /// <summary>Everybody, by id, at most as many as a snapshot lists: those after one of them. Up to a quarter of a second old, so that many who ask do not sort thousands each.</summary>
    public PeoplePage ListAfter(Guid? after)
    {
        OnlineUser[] all;
        lock (_lock)
        {
            if (_sorted is null || (_sortedVersion != _changes && Stopwatch.GetElapsedTime(_sortedAt) > SortedFor))
                (_sorted, _sortedVersion, _sortedAt) = ([.. _online.Values.OrderBy(user => user.Id)], _changes, Stopwatch.GetTimestamp());
            all = _sorted;
        }
        var first = after is { } id ? all.AsSpan().BinarySearch(new After(id)) : -1;
        var users = new List<OnlineUser>();
        var textBytes = 0;
        foreach (var user in all.AsSpan(~first))
        {
            textBytes += TextBytes(user);
            if (users.Count == ProtocolLimits.MaxPresenceUsers || (textBytes > ProtocolLimits.MaxPageTextBytes && users.Count > 0))
                return new(users, all.Length, users[^1].Id);
            users.Add(user);
        }
        return new(users, all.Length, null);
    }

    // Never equal: the place behind everybody up to the id.
    private readonly struct After(Guid id) : IComparable<OnlineUser>
    {
        public int CompareTo(OnlineUser? other) => id.CompareTo(other!.Id) < 0 ? -1 : 1;
    }

    /// <summary>What changed since the last call, null when nothing did; the whole list where that is shorter.</summary>
    public PresenceFrame? TakeChanges()
    {
        lock (_lock)
        {
            ListMore();
            if (_changed.Count == 0 && !_countsChanged)
                return null;
            var frame = _changed.Count > ProtocolLimits.MaxPresenceUsers ? TakeSnapshot() : new(Full: false, [.. _changed.Values], _guests, _online.Count);
            _changed.Clear();
            _countsChanged = false;
            return frame;
        }
    }

    private PresenceFrame TakeSnapshot()
    {
        ListMore();
        return new(Full: true, [.. _listed.Select(id => _online[id])], _guests, _online.Count);
    }

    // Fills the places of those who left.
    private void ListMore()
    {
        while (_unlisted.TryPeek(out var id))
        {
            if (_online.TryGetValue(id, out var user) && !_listed.Contains(id))
            {
                if (!TryList(user))
                    return;
                _changed[id] = user;
            }
            _unlisted.Dequeue();
        }
    }

    private bool TryList(OnlineUser user)
    {
        if (_listed.Count >= ProtocolLimits.MaxPresenceUsers || _listedTextBytes + TextBytes(user) > ProtocolLimits.MaxPageTextBytes)
            return false;
        _listedTextBytes += TextBytes(user);
        return _listed.Add(user.Id);
    }

    private void Unlist(OnlineUser user)
    {
        if (_listed.Remove(user.Id))
            _listedTextBytes -= TextBytes(user);
    }

    private static int TextBytes(OnlineUser user) => Encoding.UTF8.GetByteCount(user.Nickname) + Encoding.UTF8.GetByteCount(user.Brief) + Encoding.UTF8.GetByteCount(user.Name ?? "");

    private void SetGuests(Column column, int guests)
    {
        if (column.Guests == guests)
            return;
        _guests += guests - column.Guests;
        column.Guests = guests;
        _countsChanged = true;
    }

    private void SetUser(Column column, OnlineUser user)
    {
        var before = column.Users.GetValueOrDefault(user.Id);
        if (before == user || before is null && user.Places == 0)
            return;
        _changes++;
        if (user.Places == 0)
            column.Users.Remove(user.Id);
        else
            column.Users[user.Id] = user;
        var was = _online.GetValueOrDefault(user.Id);
        var places = (was?.Places ?? 0) + user.Places - (before?.Places ?? 0);
        // The profile shown is the one that came last (each node with the user is told of a change); who leaves a place says nothing new about it.
        var sum = (user.Places == 0 ? was! : user) with { Places = places };
        if (places == 0)
            _online.Remove(user.Id);
        else
            _online[user.Id] = sum;
        _countsChanged |= (was is null) != (places == 0);
        NoteChange(was, sum);
    }

    private void NoteChange(OnlineUser? was, OnlineUser user)
    {
        var wasListed = _listed.Contains(user.Id);
        if (wasListed)
            Unlist(was!);
        var isListed = user.Places > 0 && TryList(user);
        if (user.Places > 0 && !isListed)
            Wait(user.Id);
        if (wasListed || isListed)
            _changed[user.Id] = isListed ? user : user with { Places = 0 };
    }

    // Every change of somebody who is not listed comes here, and nobody leaves while the list is full and the first of those who wait stays.
    private void Wait(Guid id)
    {
        _unlisted.Enqueue(id);
        if (_unlisted.Count > 2 * (_online.Count + ProtocolLimits.MaxPresenceUsers))
            _unlisted = new(_unlisted.Where(each => _online.ContainsKey(each) && !_listed.Contains(each)).Distinct());
    }

    private sealed class Column
    {
        public Dictionary<Guid, OnlineUser> Users { get; } = [];
        public long Version { get; set; }
        public int Guests { get; set; }
    }
}
