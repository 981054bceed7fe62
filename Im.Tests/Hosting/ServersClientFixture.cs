using Aspire.Containerless.Servers;
using Npgsql;

namespace Im.Tests.Hosting;

/// <summary>One Redis and one Postgres for the tests of the client integrations.</summary>
public sealed class ServersClientFixture : IAsyncLifetime
{
    private const string Password = "correct horse";

    private ServersProcess _redis = null!;
    private ServersProcess _postgres = null!;

    public string RedisConnectionString { get; private set; } = "";

    public string PostgresConnectionString { get; private set; } = "";

    public int RedisPort { get; } = ServersProcess.FreePort();

    public async Task InitializeAsync()
    {
        RedisConnectionString = $"127.0.0.1:{RedisPort},password={Password}";
        _redis = await ServersProcess.StartAsync(
            await RedisServer.PrepareAsync(new("redis", null, RedisPort, Password), _ => { }, default),
            () => RedisServer.IsReadyAsync(RedisConnectionString, default));

        var postgres = new PostgresServerOptions("postgres", null, ServersProcess.FreePort(), "postgres", Password);
        PostgresConnectionString = new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1", Port = postgres.Port, Username = postgres.UserName, Password = postgres.Password, Database = "im",
        }.ConnectionString;
        _postgres = await ServersProcess.StartAsync(
            await PostgresServer.PrepareAsync(postgres, _ => { }, default),
            () => PostgresServer.IsReadyAsync(PostgresConnectionString.Replace("Database=im", "Database=postgres"), default));
        await PostgresServer.CreateDatabaseAsync(PostgresConnectionString.Replace("Database=im", "Database=postgres"), "im", default);
    }

    public async Task DisposeAsync()
    {
        await _redis.StopAsync();
        await _postgres.StopAsync();
        await _redis.DisposeAsync();
        await _postgres.DisposeAsync();
    }
}
