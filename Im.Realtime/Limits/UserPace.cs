using System.Collections.Concurrent;
using Im.Core.Limits;
using Microsoft.Extensions.Options;

namespace Im.Realtime.Limits;

/// <summary>
/// How fast one user may write, over all connections and nodes. A node takes tokens from the shared bucket a hundred at a time, ahead of need and beside the sends, so that
/// no message waits for Redis; the price is that each node may let a hundred more through.
/// </summary>
internal sealed class UserPace(ISharedBuckets buckets, IOptions<LimitOptions> options, TimeProvider time)
{
    private const int Handful = 100;
    private const int MaxUsers = 20_000;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    private readonly ConcurrentDictionary<Guid, Purse> _purses = [];
    private readonly OwnerBuckets<Guid> _typing = new(options.Value.Typing, time);

    /// <summary>The same for <c>typing</c>, at this node: nobody waits for Redis to say that somebody types.</summary>
    public TimeSpan? Type(Guid userId) => _typing.Take(userId);

    /// <summary>Null: go on; else not now, and again after this time.</summary>
    public async ValueTask<TimeSpan?> MessageAsync(Guid userId)
    {
        if (_purses.Count >= MaxUsers)
            Forget();
        var purse = _purses.GetOrAdd(userId, _ => new());
        if (Take(userId, purse) is not { } filling)
            return null;
        // Only who is faster than a handful in a round trip comes here.
        await Task.WhenAny(filling, Task.Delay(Patience, time));
        if (Take(userId, purse) is null)
            return null;
        return purse.ClosedUntil - time.GetUtcNow() is var wait && wait > Patience ? wait : Patience;
    }

    /// <summary>The message was refused for a reason of ours: it does not count.</summary>
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
            if (purse.Filling.IsCompleted && purse.Tokens <= Handful / 2 && purse.ClosedUntil <= now)
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
        var wait = await buckets.TakeAsync("messages", $"{userId:N}", options.Value.Messages, Handful);
        lock (purse)
            if (wait is { } closed)
                purse.ClosedUntil = time.GetUtcNow() + closed;
            else
                purse.Tokens += Handful;
    }

    // A purse forgotten and made anew has a handful: only those at rest, for whom it is the same.
    private void Forget()
    {
        var old = time.GetUtcNow() - TimeSpan.FromMinutes(1);
        foreach (var (user, purse) in _purses)
            if (purse.UsedAt < old)
                _purses.TryRemove(user, out _);
    }

    private sealed class Purse
    {
        public int Tokens { get; set; } = Handful;
        public Task Filling { get; set; } = Task.CompletedTask;
        public DateTimeOffset ClosedUntil { get; set; }
        public DateTimeOffset UsedAt { get; set; }
    }
}
