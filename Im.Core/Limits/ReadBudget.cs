using Microsoft.Extensions.Options;

namespace Im.Core.Limits;

/// <summary>How many bytes of history and conversations this process answers to one user, or to the guests of one address: <see cref="LimitOptions.ReadBytes"/>.</summary>
public sealed class ReadBudget(IOptions<LimitOptions> options, TimeProvider time)
{
    private readonly OwnerBuckets<string> _buckets = new(options.Value.ReadBytes, time);

    /// <summary>Null: read on; else not before this time has passed.</summary>
    public TimeSpan? Wait(string owner) => _buckets.Wait(owner);

    /// <summary>So long an answer was.</summary>
    public void Charge(string owner, int bytes) => _buckets.Charge(owner, bytes);
}
