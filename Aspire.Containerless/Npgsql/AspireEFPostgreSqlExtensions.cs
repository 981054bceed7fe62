using System.Diagnostics.CodeAnalysis;
using Aspire.Npgsql.EntityFrameworkCore.PostgreSQL;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Microsoft.Extensions.Hosting;

/// <summary>The calls of the package Aspire.Npgsql.EntityFrameworkCore.PostgreSQL that this solution makes.</summary>
public static class AspireEFPostgreSqlExtensions
{
    private const string SectionName = "Aspire:Npgsql:EntityFrameworkCore:PostgreSQL";

    private const DynamicallyAccessedMemberTypes RequiredByEF =
        DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.NonPublicConstructors | DynamicallyAccessedMemberTypes.PublicProperties;

    /// <summary>Registers a pooled context on Postgres, with retries, a health check named after the context, traces and metrics.</summary>
    /// <param name="connectionName">The connection string is <c>ConnectionStrings:{connectionName}</c>.</param>
    /// <param name="configureSettings">Called after the settings were read.</param>
    /// <param name="configureDbContextOptions">Called after the context's options were set.</param>
    /// <exception cref="InvalidOperationException">The context is registered already; or, at first use, there is no connection string.</exception>
    public static void AddNpgsqlDbContext<[DynamicallyAccessedMembers(RequiredByEF)] TContext>(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<NpgsqlEntityFrameworkCorePostgreSQLSettings>? configureSettings = null,
        Action<DbContextOptionsBuilder>? configureDbContextOptions = null)
        where TContext : DbContext
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(connectionName);
        if (builder.Services.Any(service => service.ServiceType == typeof(TContext)))
            throw new InvalidOperationException($"{typeof(TContext).Name} is registered already.");

        var settings = ReadSettings<TContext>(builder.Configuration, connectionName);
        configureSettings?.Invoke(settings);

        builder.Services.AddDbContextPool<TContext>(options =>
        {
            // Design-time tools make the model without a server.
            if (string.IsNullOrEmpty(settings.ConnectionString) && !EF.IsDesignTime)
                throw new InvalidOperationException($"There is no Postgres to connect to: set ConnectionStrings:{connectionName} or {SectionName}:ConnectionString.");
            options.UseNpgsql(settings.ConnectionString, postgres =>
            {
                if (!settings.DisableRetry) postgres.EnableRetryOnFailure();
                if (settings.CommandTimeout is { } seconds) postgres.CommandTimeout(seconds);
            });
            configureDbContextOptions?.Invoke(options);
        });

        if (!settings.DisableHealthChecks) builder.Services.AddHealthChecks().AddDbContextCheck<TContext>();
        if (!settings.DisableTracing) builder.Services.AddOpenTelemetry().WithTracing(tracing => tracing.AddNpgsql());
        if (!settings.DisableMetrics) builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddMeter("Npgsql"));
    }

    private static NpgsqlEntityFrameworkCorePostgreSQLSettings ReadSettings<TContext>(IConfiguration configuration, string connectionName)
    {
        var section = configuration.GetSection(SectionName);
        var settings = new NpgsqlEntityFrameworkCorePostgreSQLSettings();
        section.Bind(settings);
        section.GetSection(connectionName).Bind(settings);
        section.GetSection(typeof(TContext).Name).Bind(settings);
        settings.ConnectionString = configuration.GetConnectionString(connectionName) ?? settings.ConnectionString;
        return settings;
    }
}
