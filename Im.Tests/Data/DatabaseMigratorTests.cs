using Im.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Im.Tests.Data;

public sealed class DatabaseMigratorTests : IAsyncLifetime
{
    private readonly TestDatabase _database = new();

    [Fact]
    public async Task Four_processes_that_start_together_on_no_database_migrate_it_once()
    {
        var hosts = Enumerable.Range(0, 4).Select(_ => BuildHost()).ToList();
        await Task.WhenAll(hosts.Select(host => Task.Run(() => host.StartAsync()))).WaitAsync(TimeSpan.FromSeconds(60));

        await using (var scope = hosts[0].Services.CreateAsyncScope())
        {
            var migrations = scope.ServiceProvider.GetRequiredService<ImDbContext>().Database.GetMigrations().Count();
            Assert.Equal(migrations, await _database.ScalarAsync<long>("""SELECT count(*) FROM "__EFMigrationsHistory" """));
        }
        Assert.Equal(1, await _database.ScalarAsync<long>("SELECT count(*) FROM conversations WHERE kind = 0 AND last_seq = 0"));
        foreach (var host in hosts)
        {
            Assert.Equal(HealthStatus.Healthy, (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Status);
            await host.StopAsync();
            host.Dispose();
        }
    }

    [Fact]
    public async Task The_schema_is_unhealthy_until_it_is_migrated()
    {
        using var host = BuildHost();
        var health = host.Services.GetRequiredService<HealthCheckService>();
        Assert.Equal(HealthStatus.Unhealthy, (await health.CheckHealthAsync()).Status);
        await host.StartAsync();
        Assert.Equal(HealthStatus.Healthy, (await health.CheckHealthAsync()).Status);
        await host.StopAsync();
    }

    [Fact]
    public async Task Migrations_hold_the_whole_model_in_snake_case()
    {
        using var host = BuildHost();
        await host.StartAsync();
        await using var scope = host.Services.CreateAsyncScope();
        Assert.False(scope.ServiceProvider.GetRequiredService<ImDbContext>().Database.HasPendingModelChanges());
        Assert.Equal("api_keys,audit,blocks,conversations,events,file_chunks,file_usage,files,installation,members,mentions,notification_settings,pictures,push_subscriptions,recovery_codes,reports,room_links,room_outsiders,room_stays,rooms,search_chunks,users,webhooks,widget_sites,widget_users", await _database.ScalarAsync<string>(
            "SELECT string_agg(table_name, ',' ORDER BY table_name) FROM information_schema.tables WHERE table_schema = 'public' AND table_name <> '__EFMigrationsHistory'"));
        Assert.Equal(0, await _database.ScalarAsync<long>(
            "SELECT count(*) FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> '__EFMigrationsHistory' AND column_name <> lower(column_name)"));
        await host.StopAsync();
    }

    [Fact]
    public async Task A_process_of_an_earlier_version_starts_on_a_later_ones_schema_and_leaves_it_alone()
    {
        using (var first = BuildHost())
        {
            await first.StartAsync();
            await first.StopAsync();
        }
        await _database.ScalarAsync<object>("""
            INSERT INTO "__EFMigrationsHistory" VALUES ('29991231235959_Later', '99.0.0');
            ALTER TABLE events ADD COLUMN later text;
            """);
        using var host = BuildHost();
        await host.StartAsync();
        Assert.Equal(HealthStatus.Healthy, (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Status);
        Assert.Equal("later", await _database.ScalarAsync<string>("SELECT column_name FROM information_schema.columns WHERE table_name = 'events' AND column_name = 'later'"));
        await host.StopAsync();
    }

    private IHost BuildHost()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddImData(_database.ConnectionString);
        return builder.Build();
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _database.DisposeAsync();
}
