using Aspire.Containerless.Servers;
using Im.Tests.Hosting;

namespace Im.Tests.Fixtures;

internal static partial class TestServers
{
    static partial void StartGarnet(ref string? connectionString)
    {
        if (OperatingSystem.IsWindows())
            return;
        var options = new RedisServerOptions("garnet", null, ServersProcess.FreePort(), Guid.NewGuid().ToString("N"), "garnet");
        var address = connectionString = $"127.0.0.1:{options.Port},password={options.Password}";
        Task.Run(async () =>
        {
            var server = await ServersProcess.StartAsync(
                await RedisServer.PrepareAsync(options, _ => { }, default), () => RedisServer.IsReadyAsync(address, default));
            AppDomain.CurrentDomain.ProcessExit += (_, _) => server.StopAsync().Wait();
        }).GetAwaiter().GetResult();
    }
}
