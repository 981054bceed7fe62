using System.Net;
using Microsoft.Extensions.Configuration;

namespace Im.Core.Limits;

/// <summary>
/// Who stands before the gateway: networks such as <c>10.0.0.0/8</c>, separated by commas, setting <c>Proxies</c>. An address in one of them stands for many people and has no bound
/// of its own: those it names have.
/// </summary>
public sealed class ProxyNetworks(IConfiguration configuration)
{
    private readonly IPNetwork[] _networks = Parse(configuration["Proxies"] ?? "");

    /// <exception cref="FormatException">One of them is no network.</exception>
    public static IPNetwork[] Parse(string networks) =>
        [.. networks.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(network => IPNetwork.Parse(network))];

    /// <summary>Who is behind a proxy: the last of <c>X-Forwarded-For</c>, which the proxy itself has written; the address itself where it is no proxy's, or nothing is said.</summary>
    public IPAddress? ClientOf(IPAddress? address, string forwarded) =>
        address is not null && OwnerOf(address) is null && IPAddress.TryParse(forwarded.Split(',')[^1].Trim(), out var client) ? client : address;

    /// <summary>For whom an address counts (<see cref="AddressKey"/>); null for a proxy, and where there is none.</summary>
    public string? OwnerOf(IPAddress? address)
    {
        if (address is null)
            return null;
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return _networks.Any(network => network.Contains(plain)) ? null : AddressKey.Of(plain);
    }
}
