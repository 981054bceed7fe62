using Im.Tests.Fixtures;
using Im.Tests.Messages;
using Npgsql;

namespace Im.Tests.Data;

/// <summary>A store that goes back in time begins a new life; one that merely starts again does not.</summary>
public sealed class StoreEpochTests : IAsyncLifetime
{
    private readonly TestDatabase _database = new();
    private readonly List<string> _restored = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var name in _restored)
            await ExecuteAsync($"DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_node_that_starts_again_finds_the_same_epoch_and_many_that_start_at_once_agree()
    {
        await using var node = await StoreNode.StartAsync(_database.ConnectionString);
        var first = await ReadAsync(node);
        Assert.Equal(32, first.Length);
        await using var again = await StoreNode.StartAsync(_database.ConnectionString);
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ReadAsync(again))), epoch => Assert.Equal(first, epoch));
    }

    [Fact]
    public async Task A_backup_that_is_restored_has_another_epoch_though_nobody_said_so_and_keeps_it()
    {
        string before;
        await using (var node = await StoreNode.StartAsync(_database.ConnectionString))
            before = await ReadAsync(node);
        var restored = await RestoreAsync();
        await using var first = await StoreNode.StartAsync(restored);
        var after = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ReadAsync(first)));
        Assert.Single(after.Distinct());
        Assert.NotEqual(before, after[0]);
        await using var second = await StoreNode.StartAsync(restored);
        Assert.Equal(after[0], await ReadAsync(second));
    }

    [Fact]
    public async Task Where_the_place_is_the_same_the_one_who_put_it_back_says_so()
    {
        await using var node = await StoreNode.StartAsync(_database.ConnectionString);
        var before = await ReadAsync(node);
        await _database.ScalarAsync<object>("UPDATE installation SET epoch = gen_random_uuid()"); // as docs/guarantees.md tells them to
        Assert.NotEqual(before, await ReadAsync(node));
    }

    private static async Task<string> ReadAsync(StoreNode node)
    {
        var epoch = node.NewEpoch();
        await epoch.ReadAsync(CancellationToken.None);
        return epoch.Current;
    }

    // A copy within the server: to the database what a dump that is restored is.
    private async Task<string> RestoreAsync()
    {
        await ExecuteAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{_database.Name}'"); // a template is nobody's
        var name = $"{_database.Name}_restored";
        _restored.Add(name);
        await ExecuteAsync($"CREATE DATABASE {name} TEMPLATE {_database.Name}");
        return new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Database = name }.ConnectionString;
    }

    private static async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(TestServers.Postgres) { Database = "postgres", Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
