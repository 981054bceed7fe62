using Im.Protocol;

namespace Im.Client;

/// <param name="Users">At most <see cref="ProtocolLimits.MaxPresenceUsers"/> when the connection was opened, and those who came since.</param>
/// <param name="Guests">Connections without a user, on all nodes.</param>
/// <param name="Online">Users online, also those not listed.</param>
public sealed record OnlineSnapshot(IReadOnlyList<OnlineUser> Users, int Guests, int Online);
