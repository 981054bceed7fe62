using Im.Core.Limits;
using Im.ServiceDefaults.Connections;
using Microsoft.Extensions.Options;

namespace Im.Web.Accounts;

/// <summary>The exports under way: one of an account, and a few of all; and not one after the other without end.</summary>
internal sealed class Exports(IOptions<LimitOptions> limits, TimeProvider time)
{
    private readonly OpenCounts _running = new(limits.Value.MaxExports, mostOfOne: 1);
    private readonly OwnerBuckets<Guid> _rates = new(limits.Value.Exports, time);

    public int Count => _running.Count;

    /// <param name="place">To be disposed when the export has ended; null where there is no room.</param>
    /// <param name="wait">Where the account had too many, after what time it may have one more.</param>
    public Room TryBegin(Guid userId, out OpenPlace? place, out TimeSpan? wait)
    {
        wait = null;
        var room = _running.TryEnter($"{userId:N}", out place);
        if (place is null || (wait = _rates.Take(userId)) is null)
            return room;
        place.Dispose();
        place = null;
        return Room.OwnerIsFull;
    }
}
