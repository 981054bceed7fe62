using System.Net;
using System.Net.Sockets;

namespace Im.Bench.Peers;

/// <summary>Ports nobody listens on, below those the system gives to outgoing connections: thousands of those are about to be used.</summary>
internal static class FreePort
{
    private const int First = 23000, Last = 25999;

    private static int _next = Random.Shared.Next(First, Last);

    public static int Next()
    {
        while (true)
        {
            var port = First + (Interlocked.Increment(ref _next) % (Last - First));
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody else's.
            }
        }
    }
}
