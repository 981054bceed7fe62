using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;

namespace Im.AppHost.Orchestration;

/// <summary>
/// Looks before anything starts whether the fixed ports are free. DCP would not say it: behind a busy port a resource counts as running, and healthy
/// if the other program answers.
/// </summary>
internal static class Ports
{
    private static readonly TimeSpan CheckPeriod = TimeSpan.FromMilliseconds(200);

    private sealed record Wanted(string For, int Port, string Argument);

    /// <summary>Null when all are free, else one sentence. Waits for a run that is ending, <c>--PortPatienceSeconds</c> (15) at most.</summary>
    public static string? FindBusy(IDistributedApplicationBuilder builder, int webPort)
    {
        var configuration = builder.Configuration;
        if (!builder.ExecutionContext.IsRunMode || configuration.GetValue<bool>("DcpPublisher:RandomizePorts"))
            return null;
        Wanted[] wanted =
        [
            new("the page", webPort, "--WebPort={0}"),
            .. Of("the dashboard", "ASPNETCORE_URLS"),
            .. Of("the dashboard's telemetry", "ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"),
            .. Of("the dashboard's resource service", "ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL"),
        ];
        var deadline = DateTime.UtcNow.AddSeconds(configuration.GetValue("PortPatienceSeconds", 15.0));
        for (var told = false; wanted.FirstOrDefault(port => !IsFree(port.Port)) is { } busy; told = true, Thread.Sleep(CheckPeriod))
        {
            var sentence = $"Port {busy.Port} for {busy.For} is in use by another program";
            if (DateTime.UtcNow >= deadline)
                return $"{sentence}: end it, or start with {string.Format(null, busy.Argument, FreePort())}.";
            if (!told)
                Console.WriteLine($"{sentence}; waiting for it.");
        }
        return null;

        IEnumerable<Wanted> Of(string what, string key) =>
            from url in (configuration[key] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries)
            where Uri.TryCreate(url, UriKind.Absolute, out _)
            let address = new Uri(url)
            where address.Port != 0
            select new Wanted(what, address.Port, $"--{key}={address.Scheme}://{address.Host}:{{0}}");
    }

    private static bool IsFree(int port)
    {
        foreach (var address in (IPAddress[])[IPAddress.Loopback, IPAddress.IPv6Loopback])
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(address, port));
            }
            catch (SocketException failure) when (failure.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                return false;
            }
            catch (SocketException)
            {
                // No IPv6 here, say.
            }
        }
        return true;
    }

    private static int FreePort()
    {
        for (var port = 20_500; ; port++)
            if (IsFree(port))
                return port;
    }
}
