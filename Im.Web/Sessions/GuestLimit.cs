using Im.Core.Limits;
using Microsoft.Extensions.Options;

namespace Im.Web.Sessions;

/// <summary>How many guest sessions may be made for one address: each is kept in Redis for a day.</summary>
internal sealed class GuestLimit(IOptions<LimitOptions> limits, TimeProvider time)
{
    private readonly OwnerBuckets<string> _addresses = new(limits.Value.Guests, time);

    /// <summary>Null where the request has a session, or may be given one; else not before this time has passed.</summary>
    public TimeSpan? Wait(HttpContext context) => CurrentSession.Of(context) is null ? _addresses.Take(AddressKey.Of(context.Connection.RemoteIpAddress)) : null;
}
