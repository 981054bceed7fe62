using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Testing;

/// <summary>
/// Runs an AppHost inside the test's process. Ports are random and there is no dashboard, unless the arguments
/// (<c>DcpPublisher:RandomizePorts=false</c>) or <c>configureBuilder</c> (<c>options.DisableDashboard = false</c>) say otherwise, as in stock.
/// Unlike stock, programs are then told no address for telemetry, so that none holds up shutdown by sending it to nobody.
/// </summary>
public static class DistributedApplicationTestingBuilder
{
    /// <typeparam name="TEntryPoint">Any type of the AppHost's assembly, such as <c>Projects.Im_AppHost</c>.</typeparam>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(CancellationToken cancellationToken = default)
        where TEntryPoint : class => CreateAsync<TEntryPoint>([], cancellationToken);

    /// <param name="args">Configuration, such as <c>UseVolumes=false</c>.</param>
    /// <inheritdoc cref="CreateAsync{TEntryPoint}(CancellationToken)" />
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(string[] args, CancellationToken cancellationToken = default)
        where TEntryPoint : class => CreateAsync<TEntryPoint>(args, (_, _) => { }, cancellationToken);

    /// <inheritdoc cref="CreateAsync{TEntryPoint}(string[], CancellationToken)" />
    public static async Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(
        string[] args,
        Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configureBuilder,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(configureBuilder);
        var entryPoint = new AppHostEntryPoint(typeof(TEntryPoint).Assembly, args, configureBuilder);
        return await entryPoint.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>An application without an AppHost: the test describes it.</summary>
    public static IDistributedApplicationTestingBuilder Create(params string[] args) => Create(args, (_, _) => { });

    /// <inheritdoc cref="Create(string[])" />
    public static IDistributedApplicationTestingBuilder Create(
        string[] args, Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configureBuilder)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(configureBuilder);
        return new TestingBuilder(new DistributedApplicationBuilder(new DistributedApplicationOptions(), (options, settings) =>
        {
            TestingDefaults.Apply(options, settings, args, appHost: null);
            configureBuilder(options, settings);
        }));
    }
}
