using System.Collections.Concurrent;
using Im.Core.Limits;
using Microsoft.Extensions.Options;

namespace Im.Realtime.Limits;

/// <summary>How fast one user may write and type, over all connections and nodes.</summary>
internal sealed class UserPace(ISharedBuckets buckets, IOptions<LimitOptions> options, TimeProvider time)
{
    public SharedPace Messages { get; } = new("messages", options.Value.Messages, handful: 100, buckets, time);

    public SharedPace Typing { get; } = new("typing", options.Value.Typing, handful: 5, buckets, time);
}

/// <summary>
/// One rate for each user. A node takes tokens from the shared bucket a <paramref name="handful"/> at a time, ahead of need and beside the frames, so that none waits for Redis; the price is
/// that each node may let a handful more through.
/// </summary>
internal sealed class SharedPace(string kind, Rate rate, int handful, ISharedBuckets buckets, TimeProvider time)
{
    private const int MaxUsers = 20_000;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    private readonly ConcurrentDictionary<Guid, Purse> _purses = [];

    /// <summary>Null: go on; else not now, and again after this time.</summary>
    public async ValueTask<TimeSpan?> TakeAsync(Guid userId)
    {
        var purse = _purses.TryGetValue(userId, out var known) ? known : Add(userId);
        if (Take(userId, purse) is not { } filling)
            return null;
        // Only who is faster than a handful in a round trip comes here.
        await Task.WhenAny(filling, Task.Delay(Patience, time));
        if (Take(userId, purse) is null)
            return null;
        return purse.ClosedUntil - time.GetUtcNow() is var wait && wait > Patience ? wait : Patience;
    }

    // To count them takes all of the dictionary's locks: not for every frame.
    private Purse Add(Guid userId)
    {
        if (_purses.Count >= MaxUsers)
            Forget();
        return _purses.GetOrAdd(userId, _ => new() { Tokens = handful });
    }

    /// <summary>It was refused for a reason of ours: it does not count.</summary>
    public void GiveBack(Guid userId)
    {
        if (!_purses.TryGetValue(userId, out var purse))
            return;
        lock (purse)
            purse.Tokens++;
    }

    /// <returns>Null: taken; else what to wait for.</returns>
    private Task? Take(Guid userId, Purse purse)
    {
        lock (purse)
        {
            var now = purse.UsedAt = time.GetUtcNow();
            if (purse.Filling.IsCompleted && purse.Tokens <= handful / 2 && purse.ClosedUntil <= now)
                purse.Filling = FillAsync(userId, purse);
            if (purse.Tokens == 0)
                return purse.Filling;
            purse.Tokens--;
            return null;
        }
    }

    private async Task FillAsync(Guid userId, Purse purse)
    {
        await Task.Yield();
        var wait = await buckets.TakeAsync(kind, $"{userId:N}", rate, handful);
        lock (purse)
            if (wait is { } closed)
                purse.ClosedUntil = time.GetUtcNow() + closed;
            else
                purse.Tokens += handful;
    }

    // Evicts purses unused for a minute. A new one holds a handful, so an idle user notices nothing.
    private void Forget()
    {
        var old = time.GetUtcNow() - TimeSpan.FromMinutes(1);
        foreach (var (user, purse) in _purses)
            if (purse.UsedAt < old)
                _purses.TryRemove(user, out _);
    }

    private sealed class Purse
    {
        public required int Tokens { get; set; }
        public Task Filling { get; set; } = Task.CompletedTask;
        public DateTimeOffset ClosedUntil { get; set; }
        public DateTimeOffset UsedAt { get; set; }
    }
}
