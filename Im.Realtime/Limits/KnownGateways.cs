using System.Collections.Concurrent;
using System.Net;

namespace Im.Realtime.Limits;

/// <summary>
/// Where gateways connect from, as their proofs have shown. Their addresses have no bound on TCP connections of their own: after a restart thousands of people come back by one of
/// them within a second, each counted by the address that the gateway names.
/// </summary>
internal sealed class KnownGateways
{
    private readonly ConcurrentDictionary<IPAddress, bool> _addresses = [];

    public void Add(IPAddress? address)
    {
        if (address is not null)
            _addresses.TryAdd(address, true);
    }

    public bool Contains(IPAddress? address) => address is not null && _addresses.ContainsKey(address);
}
