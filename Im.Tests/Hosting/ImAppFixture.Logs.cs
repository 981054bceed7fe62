using Aspire.Containerless.Lifecycle;
using Aspire.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Im.Tests.Fixtures;

public sealed partial class ImAppFixture
{
    static partial void KeepLogs(DistributedApplication app, string directory)
    {
        var logs = app.Services.GetRequiredService<ResourceLogs>();
        Directory.CreateDirectory(directory);
        foreach (var replica in (string[])["realtime-1", "realtime-2", "web-1", "redis-1", "postgres-1"])
            File.WriteAllLines(
                Path.Combine(directory, $"{replica}.log"),
                logs[replica].WatchAsync(follow: false, CancellationToken.None).ToBlockingEnumerable().Select(line => line.Text));
    }
}
