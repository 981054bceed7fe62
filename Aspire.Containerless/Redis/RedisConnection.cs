using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;
using StackExchange.Redis.Configuration;

namespace Aspire.StackExchange.Redis;

/// <summary>Reads the connection's options; as a hosted service, connects when the application starts rather than at first use.</summary>
internal sealed class RedisConnection(IServiceProvider services) : IHostedService
{
    public static ConfigurationOptions ReadOptions(StackExchangeRedisSettings settings, IConfigurationSection section, string connectionName)
    {
        var options = settings.ConnectionString is { Length: > 0 } text ? ConfigurationOptions.Parse(text) : new();
        // What the connection string says wins over this.
        options.Defaults = new PatientDefaults();
        section.GetSection("ConfigurationOptions").Bind(options);
        section.GetSection(connectionName).GetSection("ConfigurationOptions").Bind(options);
        return options.EndPoints.Count > 0 ? options : throw new InvalidOperationException(
            $"There is no Redis to connect to: set ConnectionStrings:{connectionName} or {section.Path}:ConnectionString.");
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        services.GetRequiredService<IConnectionMultiplexer>();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>A Redis that is not there yet is waited for, not given up.</summary>
    private sealed class PatientDefaults : DefaultOptionsProvider
    {
        public override bool AbortOnConnectFail => false;
    }
}
