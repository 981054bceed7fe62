using System.Globalization;
using System.Net.Sockets;

namespace Aspire.Containerless.Lifecycle;

/// <summary>Asks one replica, at its own address, how it is.</summary>
internal static class HttpProbe
{
    // A new connection each time: one kept from before says nothing about whether the replica still accepts any.
    private static readonly HttpClient Client = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero, AllowAutoRedirect = false, UseProxy = false });

    public static async Task<ProbeResult> RunAsync(Uri address, int expectedStatus, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await Client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            return (int)response.StatusCode == expectedStatus
                ? ProbeResult.Healthy
                : ProbeResult.Unhealthy(string.Create(CultureInfo.InvariantCulture, $"{address} answers {(int)response.StatusCode}, not {expectedStatus}."));
        }
        catch (HttpRequestException failure)
        {
            return ProbeResult.Unhealthy(failure.InnerException is SocketException ? $"{address} refuses connections." : $"{address}: {failure.Message}");
        }
    }
}
