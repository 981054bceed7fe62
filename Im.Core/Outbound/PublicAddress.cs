using System.Net;
using System.Net.Sockets;

namespace Im.Core.Outbound;

/// <summary>Which addresses a server may call because somebody from outside says so: those of the internet, and none of this machine, its networks or their neighbours.</summary>
public static class PublicAddress
{
    // IANA's special-purpose registries: what is not reachable from everywhere.
    private static readonly IPNetwork[] Others = [.. new[]
    {
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
        "203.0.113.0/24", "224.0.0.0/3",
    }.Select(IPNetwork.Parse)];

    // Of IPv6 what is given out is global; in it are a few that are not, or that lead to an IPv4 address of somebody's choice.
    private static readonly IPNetwork Global = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork[] NotGlobal = [.. new[] { "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20" }.Select(IPNetwork.Parse)];

    public static bool Is(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetwork
            ? !Array.Exists(Others, network => network.Contains(address))
            : Global.Contains(address) && !Array.Exists(NotGlobal, network => network.Contains(address));
    }
}
