using Im.Client;
using Im.Protocol;

namespace Im.Tests.Fixtures;

internal static class RawConnections
{
    /// <summary>The next frame of a type; others are skipped.</summary>
    public static async Task<T> ReceiveAsync<T>(this RawConnection connection, int seconds = 20) where T : ServerFrame
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        while (await connection.ReceiveAsync(limit.Token) is { } frame)
            if (frame is T wanted)
                return wanted;
        throw new Xunit.Sdk.XunitException($"Closed with {connection.CloseCode} {connection.CloseReason} before a {typeof(T).Name} came.");
    }
}
