using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Aspire.Hosting;

namespace Aspire.Containerless.Lifecycle;

/// <summary>Gives out TCP ports on loopback, below those the system uses for outgoing connections, which could take them at any moment.</summary>
internal sealed class PortAllocator
{
    private const int FirstPort = 23000;
    private const int LastPort = 32767;

    private static readonly TimeSpan CheckPeriod = TimeSpan.FromMilliseconds(100);

    private readonly HashSet<int> _given = [];
    private readonly List<(int Port, string User, string? UrlKey)> _claims = [];
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

    /// <summary>Sets a port aside; whether it is free is seen in <see cref="AwaitClaimsAsync" />.</summary>
    /// <param name="user">What wants it, for the message.</param>
    /// <param name="urlKey">The configuration key of its address, for the message; null where only the program knows.</param>
    /// <exception cref="DistributedApplicationException">This application already uses it.</exception>
    public int Claim(int port, string user, string? urlKey = null)
    {
        if (!_given.Add(port))
            throw new DistributedApplicationException($"Port {port} is asked for twice in this application, the second time for {user}.");
        _claims.Add((port, user, urlKey));
        return port;
    }

    /// <summary>Returns when every claimed port is free: what a killed run leaves behind lets go of its ports only after some seconds.</summary>
    /// <exception cref="DistributedApplicationException">Somebody else still has one after <paramref name="patience" />.</exception>
    public async Task AwaitClaimsAsync(TimeSpan patience, Action<string> progress, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        for (var told = false; _claims.FirstOrDefault(c => !IsFree(c.Port)) is { Port: > 0 } busy; told = true)
        {
            if (clock.Elapsed > patience)
            {
                var remedy = busy.UrlKey is null ? $"give {busy.User} another port" : $"start with another, such as --{busy.UrlKey}=http://localhost:{Allocate()}";
                throw new DistributedApplicationException(
                    $"Port {busy.Port} for {busy.User} is in use by another program on this machine: stop that program, or {remedy}.");
            }
            if (!told)
                progress($"Port {busy.Port} for {busy.User} is in use, perhaps by a run that is still ending: waiting up to {patience.TotalSeconds:0.#} s for it.");
            await Task.Delay(CheckPeriod, cancellationToken).ConfigureAwait(false);
        }
    }

    public static bool IsFree(int port) => IsFree(IPAddress.Loopback, port) && (!Socket.OSSupportsIPv6 || IsFree(IPAddress.IPv6Loopback, port));

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
