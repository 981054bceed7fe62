using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Im.Tests.Hosting;

public sealed class ServersNpgsqlClientTests(ServersClientFixture servers) : IClassFixture<ServersClientFixture>
{
    public sealed class SomeContext(DbContextOptions<SomeContext> options) : DbContext(options);

    [Fact]
    public async Task A_pooled_context_with_retries_and_the_section_s_timeout_is_healthy_and_traced()
    {
        var (builder, spans) = Builder(servers.PostgresConnectionString);
        builder.Configuration["Aspire:Npgsql:EntityFrameworkCore:PostgreSQL:CommandTimeout"] = "11";
        builder.Configuration["Aspire:Npgsql:EntityFrameworkCore:PostgreSQL:SomeContext:CommandTimeout"] = "12";
        builder.AddNpgsqlDbContext<SomeContext>("im");
        using var host = await StartAsync(builder);
        Assert.Equal(HealthStatus.Healthy, await HealthAsync(host));

        SomeContext first;
        using (var scope = host.Services.CreateScope())
        {
            first = scope.ServiceProvider.GetRequiredService<SomeContext>();
            Assert.True(first.Database.CreateExecutionStrategy().RetriesOnFailure);
            Assert.Equal(12, first.Database.GetCommandTimeout());
            using var parent = ServersClientSpans.StartParent();
            await first.Database.ExecuteSqlRawAsync("SELECT 1");
            var span = Assert.Single(await spans.BelowAsync(parent, 1));
            Assert.Equal((ActivityKind.Client, "postgresql"), (span.Kind, span.GetTagItem("db.system.name")));
        }
        using (var scope = host.Services.CreateScope()) Assert.Same(first, scope.ServiceProvider.GetRequiredService<SomeContext>());
    }

    [Fact]
    public async Task It_is_unhealthy_but_alive_where_there_is_no_Postgres()
    {
        var (builder, _) = Builder($"Host=127.0.0.1;Port={ServersProcess.FreePort()};Timeout=1");
        builder.AddNpgsqlDbContext<SomeContext>("im", settings => settings.DisableRetry = true);
        using var host = await StartAsync(builder);
        Assert.Equal(HealthStatus.Unhealthy, await HealthAsync(host));
    }

    [Fact]
    public async Task Without_a_connection_string_the_failure_says_what_to_set()
    {
        var (builder, _) = Builder("");
        builder.AddNpgsqlDbContext<SomeContext>("im");
        using var host = await StartAsync(builder);
        using var scope = host.Services.CreateScope();
        var failure = Assert.Throws<InvalidOperationException>(scope.ServiceProvider.GetRequiredService<SomeContext>);
        Assert.Contains("ConnectionStrings:im", failure.Message);
    }

    private static (HostApplicationBuilder Builder, ServersClientSpans Spans) Builder(string connectionString)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration.AddInMemoryCollection([new("ConnectionStrings:im", connectionString)]);
        return (builder, new(builder));
    }

    private static async Task<IHost> StartAsync(HostApplicationBuilder builder)
    {
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private static async Task<HealthStatus> HealthAsync(IHost host) =>
        (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries[nameof(SomeContext)].Status;
}
