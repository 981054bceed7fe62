using System.Net;
using System.Net.Sockets;
using Aspire.Hosting;

namespace Aspire.Containerless.Lifecycle;

/// <summary>Gives out TCP ports on loopback, below those the system uses for outgoing connections, which could take them at any moment.</summary>
internal sealed class PortAllocator
{
    private const int FirstPort = 23000;
    private const int LastPort = 32767;

    private readonly HashSet<int> _given = [];
    private int _next = Random.Shared.Next(FirstPort, LastPort + 1);

    public int Allocate()
    {
        for (var tries = 0; tries <= LastPort - FirstPort; tries++)
        {
            var port = _next;
            _next = port == LastPort ? FirstPort : port + 1;
            if (IsFree(port) && _given.Add(port))
                return port;
        }
        throw new DistributedApplicationException($"No port between {FirstPort} and {LastPort} is free.");
    }

    /// <param name="user">What wants it, for the message.</param>
    /// <exception cref="DistributedApplicationException">Somebody else has it.</exception>
    public int Claim(int port, string user)
    {
        if (!_given.Add(port))
            throw new DistributedApplicationException($"Port {port} is asked for twice in this application, the second time for {user}.");
        return IsFree(port)
            ? port
            : throw new DistributedApplicationException(
                $"Port {port} for {user} is in use by another program on this machine: stop that program, or give {user} another port.");
    }

    private static bool IsFree(int port) => IsFree(IPAddress.Loopback, port) && (!Socket.OSSupportsIPv6 || IsFree(IPAddress.IPv6Loopback, port));

    private static bool IsFree(IPAddress address, int port)
    {
        try
        {
            using var listener = new TcpListener(address, port);
            listener.Start();
            return true;
        }
        catch (SocketException failure)
        {
            // A machine may know IPv6 and have no such address.
            return failure.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported;
        }
    }
}
