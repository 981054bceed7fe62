using System.Collections.Concurrent;

namespace Im.Core.Limits;

/// <summary>Token buckets in this process, one for each owner, such as a user or an address. One that is full again is forgotten: a new one is the same. Safe for use by several threads.</summary>
public sealed class OwnerBuckets<TOwner>(Rate rate, TimeProvider time) where TOwner : notnull
{
    private const int FewOwners = 10_000;

    private readonly ConcurrentDictionary<TOwner, Owned> _buckets = [];
    private int _sweepAt = FewOwners;

    /// <summary>Owners that are remembered.</summary>
    public int Count => _buckets.Count;

    /// <summary>Takes tokens; null when there were enough, else nothing was taken and there will be enough after this time.</summary>
    public TimeSpan? Take(TOwner owner, double tokens = 1)
    {
        var owned = Find(owner);
        lock (owned)
            return owned.Bucket.Take(rate, tokens, time);
    }

    /// <summary>Null when there are tokens at all, else after what time there will be; takes none.</summary>
    public TimeSpan? Wait(TOwner owner)
    {
        var owned = Find(owner);
        lock (owned)
            return owned.Bucket.Wait(rate, time);
    }

    /// <summary>Takes tokens for what was done already and cost more or less than could be known before. Whoever owes waits the longer.</summary>
    public void Charge(TOwner owner, double tokens)
    {
        var owned = Find(owner);
        lock (owned)
            owned.Bucket.Charge(rate, tokens, time);
    }

    // To count them takes all of the dictionary's locks: only for a new one.
    private Owned Find(TOwner owner)
    {
        if (_buckets.TryGetValue(owner, out var known))
            return known;
        if (_buckets.Count >= Volatile.Read(ref _sweepAt))
            Forget();
        return _buckets.GetOrAdd(owner, static _ => new());
    }

    private void Forget()
    {
        Volatile.Write(ref _sweepAt, int.MaxValue); // one at a time
        foreach (var (owner, owned) in _buckets)
            lock (owned)
                if (owned.Bucket.IsFull(rate, time))
                    _buckets.TryRemove(owner, out _);
        Volatile.Write(ref _sweepAt, Math.Max(FewOwners, _buckets.Count * 2));
    }

    private sealed class Owned
    {
        public TokenBucket Bucket;
    }
}
