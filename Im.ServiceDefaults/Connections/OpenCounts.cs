namespace Im.ServiceDefaults.Connections;

/// <summary>
/// How many of something are open at this moment, in all and of each owner, such as an address. Both are bounded, and one owner never has more than half of all: so nobody uses
/// up everybody's share. Safe for use by several threads.
/// </summary>
/// <param name="most">How many there may be, 1 at least.</param>
/// <param name="mostOfOne">How many of them may be one owner's; half of <paramref name="most"/> where that is less, 1 at least.</param>
public sealed class OpenCounts(int most, int mostOfOne)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _owners = [];
    private readonly int _mostOfOne = Math.Max(1, Math.Min(mostOfOne, most / 2));
    private int _all;

    /// <summary>How many are open.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _all;
        }
    }

    /// <summary>How many of them are this owner's.</summary>
    public int CountOf(string owner)
    {
        lock (_gate)
            return _owners.GetValueOrDefault(owner);
    }

    /// <summary>Counts one more, if there is room.</summary>
    /// <param name="owner">Null where the owner has no bound; it counts in all.</param>
    /// <param name="place">To be disposed when it is closed; null unless there was room.</param>
    public Room TryEnter(string? owner, out OpenPlace? place)
    {
        place = null;
        lock (_gate)
        {
            if (owner is not null && _owners.GetValueOrDefault(owner) >= _mostOfOne)
                return Room.OwnerIsFull;
            if (_all >= most)
                return Room.AllIsFull;
            Add(owner, 1);
        }
        place = new(this, owner);
        return Room.Free;
    }

    internal void Set(OpenPlace place, bool isCounted, bool isOver = false)
    {
        lock (_gate)
        {
            if (place.IsOver)
                return;
            place.IsOver = isOver;
            if (place.IsCounted == isCounted)
                return;
            place.IsCounted = isCounted;
            Add(place.Owner, isCounted ? 1 : -1);
        }
    }

    // The gate is held. An owner of none is forgotten.
    private void Add(string? owner, int one)
    {
        _all += one;
        if (owner is null)
            return;
        var count = _owners.GetValueOrDefault(owner) + one;
        if (count == 0)
            _owners.Remove(owner);
        else
            _owners[owner] = count;
    }
}

/// <summary>Whether there is room for one more, or who has as many as there may be.</summary>
public enum Room { Free, OwnerIsFull, AllIsFull }

/// <summary>One that is counted by <see cref="OpenCounts"/> until it is disposed.</summary>
public sealed class OpenPlace : IDisposable
{
    private readonly OpenCounts _counts;

    internal OpenPlace(OpenCounts counts, string? owner) => (_counts, Owner) = (counts, owner);

    internal string? Owner { get; }

    internal bool IsCounted { get; set; } = true;

    internal bool IsOver { get; set; }

    /// <summary>For a while it is counted elsewhere.</summary>
    public void Suspend() => _counts.Set(this, isCounted: false);

    /// <summary>It is counted here again, also where there is no room any more.</summary>
    public void Resume() => _counts.Set(this, isCounted: true);

    /// <summary>Gives the place back; once, however often it is called.</summary>
    public void Dispose() => _counts.Set(this, isCounted: false, isOver: true);
}
