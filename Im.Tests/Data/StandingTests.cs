using System.Diagnostics;
using Im.Core.Accounts;
using Im.Core.Data;
using Im.Tests.Fixtures;
using Im.Tests.Messages;
using Npgsql;

namespace Im.Tests.Data;

/// <summary>What a user may do, while the database that says so hangs.</summary>
[Trait("Category", "Data")]
public sealed class StandingTests(StoreFixture store) : IClassFixture<StoreFixture>, IAsyncLifetime
{
    private readonly LaterTime _time = new();
    private readonly TcpRelay _way = new("127.0.0.1", new NpgsqlConnectionStringBuilder(TestServers.Postgres).Port);
    private Guid _jenny;
    private StoreNode _node = null!;

    public async Task InitializeAsync()
    {
        _jenny = (await store.AddUserAsync()).Id;
        _node = await StoreNode.StartAsync(new NpgsqlConnectionStringBuilder(store.Database.ConnectionString) { Host = "127.0.0.1", Port = _way.Port }.ConnectionString, time: _time);
    }

    public async Task DisposeAsync()
    {
        _way.Thaw();
        await _node.DisposeAsync();
        await _way.DisposeAsync();
    }

    [Fact]
    public async Task A_standing_that_is_known_is_read_anew_after_half_a_minute()
    {
        Assert.False((await _node.Standings.FindAsync(_jenny)).IsAdmin);
        await MakeAdminAsync();
        Assert.False((await _node.Standings.FindAsync(_jenny)).IsAdmin);
        _time.Later += TimeSpan.FromSeconds(31);
        Assert.True((await _node.Standings.FindAsync(_jenny)).IsAdmin);
    }

    [Fact]
    public async Task While_the_database_hangs_the_last_known_standing_holds_and_nobody_waits_for_it()
    {
        await _node.Standings.FindAsync(_jenny);
        _time.Later += TimeSpan.FromSeconds(31);
        _way.Freeze();
        var started = Stopwatch.StartNew();
        for (var frames = 0; frames < 20; frames++)
            Assert.False((await _node.Standings.FindAsync(_jenny)).IsAdmin);
        Assert.InRange(started.Elapsed.TotalSeconds, 0, 2);

        await MakeAdminAsync();
        _way.Thaw();
        await Eventually.TrueAsync(async () => (await _node.Standings.FindAsync(_jenny)).IsAdmin);
    }

    [Fact]
    public async Task What_was_known_more_than_five_minutes_ago_or_was_called_off_holds_no_longer()
    {
        await _node.Standings.FindAsync(_jenny);
        _way.Freeze();
        _time.Later += TimeSpan.FromMinutes(5);
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await _node.Standings.FindAsync(_jenny));
        _way.Thaw();
        await Eventually.TrueAsync(async () => await FindAsync() is not null);
        _node.Standings.Invalidate(_jenny);
        _way.Freeze();
        Assert.Null(await FindAsync());
    }

    private async Task<UserStanding?> FindAsync()
    {
        try
        {
            return await _node.Standings.FindAsync(_jenny);
        }
        catch (StoreUnavailableException)
        {
            return null;
        }
    }

    private Task MakeAdminAsync() => store.Database.ScalarAsync<object>("UPDATE users SET is_admin = true WHERE id = $1", _jenny);

    /// <summary>Measures from now what really began earlier.</summary>
    private sealed class LaterTime : TimeProvider
    {
        public TimeSpan Later { get; set; }

        public override long GetTimestamp() => base.GetTimestamp() + (long)(Later.TotalSeconds * TimestampFrequency);
    }
}
