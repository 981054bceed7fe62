using Im.Core.Data;

namespace Im.Core.Accounts;

/// <summary>What a user may do.</summary>
public interface IUserStandings
{
    /// <summary>Remembered for up to 30 s, and for up to 5 minutes while the database gives no answer; a user nobody knows may do nothing.</summary>
    /// <exception cref="StoreUnavailableException">Nothing is remembered, and it cannot be read.</exception>
    ValueTask<UserStanding> FindAsync(Guid userId, CancellationToken cancellationToken = default);

    /// <summary>It changed: the next <see cref="FindAsync"/> of this process reads it anew.</summary>
    void Invalidate(Guid userId);
}

/// <summary>The times are by this machine's clock, whoever set them: to be compared with its own alone.</summary>
/// <param name="Apart">Who has blocked the user, and whom the user has: between them nothing goes directly. Null for nobody.</param>
public sealed record UserStanding(bool IsAdmin, DateTimeOffset? MutedUntil, DateTimeOffset? BannedUntil, IReadOnlySet<Guid>? Apart = null)
{
    public bool IsApartFrom(Guid? other) => other is { } id && Apart?.Contains(id) == true;

    public bool IsMuted(DateTimeOffset now) => MutedUntil > now;

    public bool IsBanned(DateTimeOffset now) => BannedUntil > now;
}
