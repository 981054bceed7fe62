using Aspire.StackExchange.Redis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Trace;
using StackExchange.Redis;

namespace Microsoft.Extensions.Hosting;

/// <summary>The calls of the package Aspire.StackExchange.Redis that this solution makes.</summary>
public static class AspireRedisExtensions
{
    private const string SectionName = "Aspire:StackExchange:Redis";
    private const string HealthCheckName = "StackExchange.Redis";

    /// <summary>Registers a singleton <see cref="IConnectionMultiplexer"/> that keeps trying to connect, with a health check and traces.</summary>
    /// <param name="connectionName">The connection string is <c>ConnectionStrings:{connectionName}</c>.</param>
    /// <param name="configureSettings">Called after the settings were read.</param>
    /// <param name="configureOptions">Called after the options were read.</param>
    /// <exception cref="InvalidOperationException">At first use: there is no connection string.</exception>
    public static void AddRedisClient(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<StackExchangeRedisSettings>? configureSettings = null,
        Action<ConfigurationOptions>? configureOptions = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(connectionName);

        var section = builder.Configuration.GetSection(SectionName);
        var settings = new StackExchangeRedisSettings();
        section.Bind(settings);
        section.GetSection(connectionName).Bind(settings);
        settings.ConnectionString = builder.Configuration.GetConnectionString(connectionName) ?? settings.ConnectionString;
        configureSettings?.Invoke(settings);

        builder.Services.AddSingleton<IConnectionMultiplexer>(services =>
        {
            var options = RedisConnection.ReadOptions(settings, section, connectionName);
            configureOptions?.Invoke(options);
            options.LoggerFactory ??= services.GetService<ILoggerFactory>();
            var connection = ConnectionMultiplexer.Connect(options);
            if (!settings.DisableTracing) services.GetRequiredService<RedisInstrumentation>().Observe(connection);
            return connection;
        });
        if (!settings.DisableAutoActivation) builder.Services.AddHostedService<RedisConnection>();
        if (!settings.DisableTracing)
        {
            builder.Services.TryAddSingleton(TimeProvider.System);
            builder.Services.TryAddSingleton<RedisInstrumentation>();
            // The tracer provider disposes it before itself, so that the last spans still go out.
            builder.Services.AddOpenTelemetry().WithTracing(tracing => tracing
                .AddSource(RedisInstrumentation.SourceName)
                .AddInstrumentation(services => services.GetRequiredService<RedisInstrumentation>()));
        }
        if (!settings.DisableHealthChecks)
            builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(HealthCheckName, services => new RedisHealthCheck(services), null, null));
    }
}
