using System.Net;
using System.Net.Sockets;

namespace Im.Tests.Fixtures;

/// <summary>Ports nobody listens on, below those the system gives to outgoing connections.</summary>
internal static class FreePort
{
    private const int First = 20500;
    private const int Last = 22999;

    private static int _next = Random.Shared.Next(First, Last);

    public static int Next()
    {
        while (true)
        {
            var port = First + (Interlocked.Increment(ref _next) % (Last - First));
            if (IsFree(port))
                return port;
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
