using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Im.Hosting.Embedded;

/// <summary>Everything slow or fallible that comes before a start.</summary>
/// <param name="data">Where the server's files are.</param>
/// <param name="password">Its password now.</param>
/// <param name="progress">Told, one sentence a call, what takes long.</param>
/// <returns>The server host's arguments, for a port. No secret is among them.</returns>
/// <exception cref="DistributedApplicationException">The server cannot be provided here; the message is one sentence for a person.</exception>
internal delegate Task<Func<int, IEnumerable<string>>> PrepareServer(ServerData data, string password, Action<string> progress, CancellationToken cancellationToken);

/// <summary>What the servers have in common.</summary>
internal static partial class EmbeddedServer
{
    public const string EndpointName = "tcp";

    /// <summary>A server that takes longer to answer is hung.</summary>
    public static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(2);

    /// <param name="addCheck">Adds the check that logs in; given its key and the connection string's source.</param>
    public static IResourceBuilder<T> AddServer<T>(
        this IDistributedApplicationBuilder builder, T resource, ParameterResource password, int? port, PrepareServer prepareAsync, Action<IHealthChecksBuilder, string, Func<string>> addCheck)
        where T : ExecutableResource, IResourceWithConnectionString
    {
        var data = new ServerData(builder, resource.Name);
        Func<int, IEnumerable<string>>? prepared = null;
        Task<Func<int, IEnumerable<string>>>? early = null;

        // Beside DCP's own start. Not awaited: a parameter may get its value after this event.
        builder.Eventing.Subscribe<BeforeStartEvent>((start, cancellationToken) =>
        {
            if (builder.ExecutionContext.IsRunMode)
                early = Task.Run(() => PrepareAsync(start.Services, cancellationToken), cancellationToken);
            return Task.CompletedTask;
        });
        builder.Services.AddHealthChecks().AddCheck($"{resource.Name}_disk", () =>
            data.FindFullDisk() is { } fault ? HealthCheckResult.Unhealthy(fault) : HealthCheckResult.Healthy());
        return builder.AddResource(resource)
            .WithAnnotation(data)
            .WithEndpoint(port: port, name: EndpointName, scheme: "tcp", isProxied: false)
            .WithEndpoint(EndpointName, endpoint => endpoint.TargetHost = "127.0.0.1", createIfNotExists: false)
            .WithIconName("Database")
            .WithHealthCheck($"{resource.Name}_disk")
            .WithConnectionHealthCheck(addCheck)
            .WithEnvironment("DOTNET_EnableDiagnostics", "0") // killed processes would leave their diagnostics sockets behind
            .WithEnvironment("DOTNET_TieredPGO", "0")
            .WithArgs(context =>
            {
                foreach (var argument in ServerHost.Arguments(prepared!(resource.GetEndpoint(EndpointName).Port)))
                    context.Args.Add(argument);
            })
            .OnBeforeResourceStarted(async (_, starting, cancellationToken) =>
            {
                var preparing = Interlocked.Exchange(ref early, null) ?? PrepareAsync(starting.Services, cancellationToken);
                prepared = await preparing.WaitAsync(cancellationToken);
            })
            .ExcludeFromManifest();

        async Task<Func<int, IEnumerable<string>>> PrepareAsync(IServiceProvider services, CancellationToken starting)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(starting, services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
            var cancellationToken = either.Token;
            var (console, log) = (services.GetRequiredService<ILoggerFactory>().CreateLogger("Servers"), services.GetRequiredService<ResourceLoggerService>().GetLogger(resource));
            try
            {
                return await prepareAsync(data, (await password.GetValueAsync(cancellationToken))!, Say, cancellationToken);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or DistributedApplicationException)
            {
                var reason = failure as DistributedApplicationException ?? data.Unwritable(failure);
                LogFailed(console, resource.Name, reason.Message);
                throw reason;
            }

            void Say(string progress)
            {
                LogProgress(console, resource.Name, progress);
                LogProgress(log, resource.Name, progress);
            }
        }
    }

    public static IResourceBuilder<T> WithConnectionHealthCheck<T>(this IResourceBuilder<T> builder, Action<IHealthChecksBuilder, string, Func<string>> addCheck)
        where T : IResourceWithConnectionString
    {
        string? connectionString = null;
        builder.OnConnectionStringAvailable(async (resource, _, cancellationToken) => connectionString = await resource.GetConnectionStringAsync(cancellationToken));
        var key = $"{builder.Resource.Name}_check";
        addCheck(builder.ApplicationBuilder.Services.AddHealthChecks(), key, () => connectionString ?? throw new InvalidOperationException("It has no address yet."));
        return builder.WithHealthCheck(key);
    }

    [LoggerMessage(1, LogLevel.Information, "{Resource}: {Progress}")]
    private static partial void LogProgress(ILogger logger, string resource, string progress);

    [LoggerMessage(2, LogLevel.Error, "{Resource} does not start: {Reason}")]
    private static partial void LogFailed(ILogger logger, string resource, string reason);
}
