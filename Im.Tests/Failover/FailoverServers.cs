using Im.Client.Chat;
using Im.Tests.Fixtures;
using Npgsql;

namespace Im.Tests.Failover;

/// <summary>The web server and two nodes on a Postgres of their own, with standbys that they may read from.</summary>
internal sealed class FailoverServers(PostgresPair postgres) : TwoNodes
{
    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
    [
        new("ConnectionStrings:im", postgres.ConnectionString),
        new("ConnectionStrings:im-read", new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { TargetSessionAttributes = "prefer-standby" }.ConnectionString),
        new("Limits:Messages:Burst", "100000"), new("Limits:Logins:Burst", "1000"),
    ];

    protected override IEnumerable<KeyValuePair<string, string>> NodeSettings => Settings;

    /// <summary>Somebody new, connected to a node.</summary>
    public async Task<ImClient> JoinAsync(string name, Uri node)
    {
        var client = new ImClient(new() { BaseAddress = Address, NodeAddress = node, Direct = false });
        await client.LoginAsync($"{name}-{Guid.NewGuid().ToString("N")[..8]}", "correct horse");
        await client.ConnectAsync();
        return client;
    }
}
