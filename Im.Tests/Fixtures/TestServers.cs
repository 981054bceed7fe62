using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Im.Tests.Fixtures;

/// <summary>
/// The Redis and the Postgres the suites run on: the AppHost's, without its programs and without data that lasts; started when first asked for,
/// once for the whole run, and gone with it. IM_TEST_REDIS, IM_TEST_GARNET and IM_TEST_POSTGRES name others to run on instead; IM_TEST_REDIS=cluster is a Redis Cluster of six processes (<see cref="RedisCluster"/>).
/// </summary>
internal static class TestServers
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(3);
    private static readonly Lazy<DistributedApplication> Application = new(() => Task.Run(StartAsync).GetAwaiter().GetResult());

    /// <summary>With its password.</summary>
    public static string Redis => field ??= Environment.GetEnvironmentVariable("IM_TEST_REDIS") switch
    {
        null => ConnectionStringOf("redis"),
        "cluster" => RedisCluster.Shared.ConnectionString,
        var given => given,
    };

    /// <summary>Garnet, whatever <see cref="Redis"/> is.</summary>
    public static string Garnet => field ??= Environment.GetEnvironmentVariable("IM_TEST_GARNET") ?? ConnectionStringOf("garnet");

    /// <summary>With a login that may create databases.</summary>
    public static string Postgres => field ??= Environment.GetEnvironmentVariable("IM_TEST_POSTGRES") ?? ConnectionStringOf("postgres");

    /// <summary><see cref="Redis"/> by another way, such as a <see cref="TcpRelay"/>'s address.</summary>
    public static string RedisThrough(string address)
    {
        var options = ConfigurationOptions.Parse(Redis);
        options.EndPoints.Clear();
        options.EndPoints.Add(address);
        return options.ToString(includePassword: true);
    }

    private static string ConnectionStringOf(string resource) =>
        Task.Run(() => Application.Value.GetConnectionStringAsync(resource).AsTask()).GetAwaiter().GetResult()!;

    private static async Task<DistributedApplication> StartAsync()
    {
        using var limit = new CancellationTokenSource(StartLimit);
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Im_AppHost>(["--UseVolumes=false", "--Servers=embedded"], limit.Token);
        foreach (var program in builder.Resources.OfType<ProjectResource>().ToArray())
            builder.Resources.Remove(program);
        builder.AddEmbeddedRedis("garnet", server: "garnet");
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Im.AppHost.Resources", LogLevel.None)); // what resources write is theirs
        var application = await builder.BuildAsync(limit.Token);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => application.DisposeAsync().AsTask().Wait(StartLimit);
        await application.StartAsync(limit.Token);
        await Task.WhenAll(
            application.ResourceNotifications.WaitForResourceHealthyAsync("redis", limit.Token),
            application.ResourceNotifications.WaitForResourceHealthyAsync("garnet", limit.Token),
            application.ResourceNotifications.WaitForResourceHealthyAsync("im", limit.Token));
        return application;
    }
}
