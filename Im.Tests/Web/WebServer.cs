using Im.Core.Clocks;
using Im.Tests.Data;
using Im.Tests.Fixtures;
using Im.Web.Http;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace Im.Tests.Web;

/// <summary>Im.Web as it runs: its own Program on Kestrel at a free port of this machine, with a database of its own on real Postgres, and real Redis.</summary>
public class WebServer : IAsyncLifetime
{
    private readonly TestDatabase _database = new();
    private Factory? _factory;

    /// <summary>The page's address, such as <c>http://127.0.0.1:41234</c>.</summary>
    public Uri Address { get; private set; } = null!;

    internal ShiftedTime Time { get; } = new();

    internal IServiceProvider Services => _factory!.Services;

    internal TestDatabase Database => _database;

    /// <summary>Settings on top of the test's own, such as another Redis.</summary>
    protected virtual IEnumerable<KeyValuePair<string, string>> Settings => [];

    protected virtual void ConfigureServices(IServiceCollection services)
    {
    }

    public virtual Task InitializeAsync() => StartAsync();

    private Task StartAsync()
    {
        _factory = new(this);
        _factory.UseKestrel(0);
        _factory.StartServer();
        Address = _factory.ClientOptions.BaseAddress;
        return Task.CompletedTask;
    }

    /// <summary>The same server on the same database, at another port.</summary>
    internal async Task RestartAsync()
    {
        await _factory!.DisposeAsync();
        await StartAsync();
    }

    public virtual async Task DisposeAsync()
    {
        await _factory!.DisposeAsync();
        await _database.DisposeAsync();
    }

    /// <summary>A browser without a past.</summary>
    internal Browser NewBrowser() => new(Address);

    private sealed class Factory(WebServer server) : WebApplicationFactory<ProblemKind>
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            builder.UseEnvironment("Production");
            builder.UseSetting("ConnectionStrings:redis", TestServers.Redis);
            builder.UseSetting("ConnectionStrings:im", server._database.ConnectionString);
            builder.UseSetting("OTEL_EXPORTER_OTLP_ENDPOINT", "");
            foreach (var (key, value) in server.Settings)
                builder.UseSetting(key, value);
            builder.ConfigureTestServices(services =>
            {
                services.Configure<PasswordHasherOptions>(options => options.IterationCount = 1_000); // 50 ms of a core for each login, a thousand times, prove nothing
                services.AddSingleton<TimeProvider>(server.Time).AddSingleton<StoreTime>(new OwnTime(server.Time));
                server.ConfigureServices(services);
            });
        }
    }
}

/// <summary>The real time, moved.</summary>
internal sealed class ShiftedTime : TimeProvider
{
    public TimeSpan Shift { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift;
}
