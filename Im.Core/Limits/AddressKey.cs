using System.Net;
using System.Net.Sockets;

namespace Im.Core.Limits;

/// <summary>Whom an address stands for: itself, or with IPv6 its network of 64 bits, of which one customer has them all.</summary>
public static class AddressKey
{
    private const int NetworkBytes = 8;

    public static string Of(IPAddress? address)
    {
        if (address is null)
            return "";
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address.ToString();
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(NetworkBytes).Clear();
        return new IPAddress(bytes).ToString();
    }
}
