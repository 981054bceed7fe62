using System.Diagnostics;
using System.Globalization;
using Im.Client;
using Im.Client.Chat;
using Im.Core;
using Im.Core.Data;
using Im.Core.Failover;
using Im.Core.Messages;
using Im.Core.Rooms;
using Im.Protocol;
using Im.Tests.Fixtures;
using Im.Tests.Messages;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using StackExchange.Redis;
using Xunit.Abstractions;
using Server = Im.Tests.Failover.PostgresPair.Server;

namespace Im.Tests.Failover;

/// <summary>
/// Postgres is lost, and a standby takes its place: what was acked is there, nodes and the web server follow without a restart, and nobody goes back to the former primary. One story on one set of servers, as starting them is what takes
/// long; IM_FAILOVER_RUNS tells it several times.
/// </summary>
[Trait("Category", "Faults")]
public sealed class FailoverTests(ITestOutputHelper output)
{
    private PostgresPair _postgres = null!;
    private FailoverServers _chat = null!;
    private ImClient _jenny = null!, _tom = null!;

    [LinuxFact]
    public async Task What_was_acked_survives_the_loss_of_Postgres_and_a_lost_tail_makes_clients_start_over()
    {
        for (var run = int.Parse(Environment.GetEnvironmentVariable("IM_FAILOVER_RUNS") ?? "1", CultureInfo.InvariantCulture); run > 0; run--)
            await TellAsync();
    }

    private async Task TellAsync()
    {
        await using var postgres = _postgres = await PostgresPair.StartAsync(standbys: 2);
        var (first, second, third) = (postgres.Servers[0], postgres.Servers[1], postgres.Servers[2]);
        await postgres.AddStandbyAsync(first, second);
        _chat = new(postgres);
        try
        {
            await _chat.InitializeAsync();
            await using var jenny = _jenny = await _chat.JoinAsync("Jenny", _chat.One);
            await using var tom = _tom = await _chat.JoinAsync("Tom", _chat.Two);
            await NoPageIsWrongWhereTheReplicaIsBehindAsync(second);
            await postgres.SetAsync(first, "synchronous_standby_names", "standby");
            await NothingIsAckedThatIsOnNoStandbyAsync(first, second);
            var acked = await NothingAckedIsLostAsync(first, second);
            await TheFormerPrimaryGetsNoWriteAsync(first, second);
            await AfterALostTailClientsStartOverAsync(second, third, acked);
        }
        finally
        {
            await _chat.DisposeAsync();
        }
    }

    private async Task NoPageIsWrongWhereTheReplicaIsBehindAsync(Server standby)
    {
        await _postgres.SetAsync(standby, "recovery_min_apply_delay", "10s");
        await PagesAreRightAsync("behind"); // from here on it lacks something
        var before = AnswersOfReplicas();
        for (var round = 0; round < 3; round++)
            await PagesAreRightAsync($"behind {round}");
        Assert.Equal(before, AnswersOfReplicas());

        await _postgres.SetAsync(standby, "recovery_min_apply_delay", "0");
        await Eventually.TrueAsync(async () =>
        {
            await PagesAreRightAsync("following");
            return AnswersOfReplicas() > before + 10;
        }, seconds: 60);
        await Eventually.TrueAsync(async () => (await _tom.SearchAsync(new("following"))).Hits.Count > 0, seconds: 30);
    }

    private int AnswersOfReplicas() => Enumerable.Range(0, 2).Sum(node => _chat.NodeServices(node).GetRequiredService<ReplicaReader>().Answers);

    // At once after the ack, on the other node: the line, then its content gone, then the list.
    private async Task PagesAreRightAsync(string text)
    {
        var ack = await _jenny.SendAsync(ChatTarget.Lobby, text);
        var page = await _tom.LinesAsync(ChatTarget.Lobby);
        Assert.Equal((ack.Seq, text), (page.Lines.Single(line => line.Line == ack.Line).Seq, page.Lines.Single(line => line.Line == ack.Line).Text));
        var list = await _tom.ConversationsAsync();
        Assert.True(list.Single(info => info.Conversation.IsLobby).LastSeq >= ack.Seq);
        var gone = await _jenny.SendAsync(ChatTarget.Lobby, "not for long");
        await _jenny.RecallAsync(ChatTarget.Lobby, gone.Line!.Value);
        page = await _tom.LinesAsync(ChatTarget.Lobby);
        Assert.Null(page.Lines.Single(line => line.Line == gone.Line).Content);
        Assert.Contains((await _tom.EventsAsync(ChatTarget.Lobby, gone.Seq)).Events, e => e.Target == gone.Line);
    }

    private async Task NothingIsAckedThatIsOnNoStandbyAsync(Server primary, Server standby)
    {
        var (store, from) = (_chat.NodeServices(0).GetRequiredService<IEventStore>(), _jenny.User!);
        await PostgresPair.KillAsync(standby);
        var kept = StoreFixture.ToLobby(from);
        // It waits for a standby; an operator who ends the wait makes it a commit on the primary alone.
        await IsNotConfirmedAsync(primary, store.AppendAsync(kept));
        await Eventually.TrueAsync(async () =>
        {
            await EndWaitsAsync(primary);
            return await CountAsync(primary, kept.ClientId) == 1;
        }, seconds: 60);
        // Found when it is sent again, and still on no standby.
        await IsNotConfirmedAsync(primary, store.AppendAsync(kept));
        await IsNotConfirmedAsync(primary, _chat.Services.GetRequiredService<IRoomStore>().CreateAsync(new(from.Id, from.Nickname), new("Room", "", false), "room"));
        await IsNotConfirmedAsync(primary, AddReservedAsync());

        await _postgres.StartAsync(standby);
        await Eventually.TrueAsync(async () => await _postgres.ScalarAsync<long>(primary, "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == 1, seconds: 60);
        AppendResult? stored = null;
        await Eventually.TrueAsync(async () =>
        {
            try
            {
                stored = await store.AppendAsync(kept);
            }
            catch (StoreUnavailableException)
            {
                // other connections may still be about to be ended
            }
            return stored is not null;
        }, seconds: 30);
        Assert.True(stored!.Duplicate);
        Assert.Equal(1, await CountAsync(primary, kept.ClientId));
        Assert.Equal(1, await CountAsync(standby, kept.ClientId));
    }

    private async Task AddReservedAsync()
    {
        await using var scope = _chat.Services.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<ImDbContext>();
        database.Audit.Add(new() { At = DateTimeOffset.UtcNow, ActorId = _jenny.User!.Id, Actor = "test", Action = "test", Target = "test" });
        await database.SaveChangesAsync();
    }

    private async Task IsNotConfirmedAsync(Server primary, Task storing)
    {
        var refused = Assert.ThrowsAsync<StoreUnavailableException>(() => storing);
        await Eventually.TrueAsync(async () => storing.IsCompleted || await EndWaitsAsync(primary) && storing.IsCompleted, seconds: 60);
        await refused;
    }

    private Task<bool> EndWaitsAsync(Server primary) => _postgres.ScalarAsync<bool>(primary, "SELECT bool_or(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");

    private async Task<List<string>> NothingAckedIsLostAsync(Server primary, Server standby)
    {
        var epoch = _jenny.Hello!.Epoch;
        await using var load = new Load(_jenny, _tom);
        await Eventually.TrueAsync(() => load.Acked.Count > 100, seconds: 60);
        await PostgresPair.KillAsync(primary);
        await Task.Delay(1_500); // as an operator's tool needs
        var promoting = Stopwatch.GetTimestamp();
        await _postgres.PromoteAsync(standby);
        var promoted = Stopwatch.GetTimestamp();
        await Eventually.TrueAsync(() => load.CountSince(promoted) > 100, seconds: 60);
        output.WriteLine($"The promotion took {Stopwatch.GetElapsedTime(promoting, promoted).TotalSeconds:0.0} s; sends were acked again {load.FirstSince(promoted)!.Value.TotalSeconds:0.0} s after it, {load.FirstSince(promoting)!.Value.TotalSeconds:0.0} s after it began.");
        Assert.InRange(load.FirstSince(promoted)!.Value.TotalSeconds, 0, 20);
        await load.DisposeAsync();
        await AllAreThereOnceAsync(standby, load.Acked.Select(one => one.Id));
        // Nothing was lost, and nobody can know it.
        await Eventually.TrueAsync(() => _jenny.Hello?.Epoch is { } now && now != epoch && _tom.Hello?.Epoch == now, seconds: 30);
        return [.. load.Acked.Select(one => one.Id)];
    }

    private async Task TheFormerPrimaryGetsNoWriteAsync(Server former, Server primary)
    {
        await _postgres.StartAsync(former);
        await _postgres.SetAsync(former, "synchronous_standby_names", ""); // or it would take no write because of that
        Assert.False(await _postgres.ScalarAsync<bool>(former, "SELECT pg_is_in_recovery()"));
        var (events, people) = (await _postgres.ScalarAsync<long>(former, "SELECT count(*) FROM events"), await _postgres.ScalarAsync<long>(former, "SELECT count(*) FROM users"));
        await using (var load = new Load(_jenny, _tom))
        {
            // Longer than Npgsql remembers that a server was away.
            for (var since = Stopwatch.StartNew(); since.Elapsed < TimeSpan.FromSeconds(4);)
            {
                NpgsqlConnection.ClearAllPools();
                foreach (var node in Enumerable.Range(0, 2))
                    _chat.NodeServices(node).GetRequiredService<ImDataSource>().Source.Clear();
                await (await _chat.JoinAsync("Kim", _chat.One)).DisposeAsync();
                await Task.Delay(200);
            }
            await load.DisposeAsync();
            await AllAreThereOnceAsync(primary, load.Acked.Select(one => one.Id));
            Assert.NotEmpty(load.Acked);
        }
        Assert.Equal((events, people), (await _postgres.ScalarAsync<long>(former, "SELECT count(*) FROM events"), await _postgres.ScalarAsync<long>(former, "SELECT count(*) FROM users")));

        // A process that starts later, and has seen nothing itself.
        var redis = _chat.Services.GetRequiredService<IConnectionMultiplexer>().GetDatabase();
        var memory = _chat.Services.GetRequiredService<RedisTimelines>();
        await RedisTimelines.ShareAsync(TimelineFence.OfProcess, redis, _chat.Services.GetRequiredService<RedisKeys>());
        await using var connection = new NpgsqlConnection(PostgresPair.StringFor($"127.0.0.1:{former.Port}") + ";Pooling=false");
        await connection.OpenAsync();
        Assert.Contains("former primary", (await Assert.ThrowsAsync<NpgsqlException>(() => new TimelineFence().EnterAsync(connection, memory))).Message);
    }

    private async Task AfterALostTailClientsStartOverAsync(Server primary, Server standby, List<string> acked)
    {
        await using var replication = new TcpRelay("127.0.0.1", primary.Port);
        await _postgres.AddStandbyAsync(primary, standby, replication.Port);
        var epoch = _jenny.Hello!.Epoch;
        await _jenny.SendAsync(ChatTarget.Lobby, "kept");
        await Eventually.TrueAsync(async () => await _postgres.ScalarAsync<bool>(primary, "SELECT replay_lsn >= pg_current_wal_flush_lsn() FROM pg_stat_replication"), seconds: 30);
        replication.Freeze();
        var lost = new List<AckFrame>();
        while (lost.Count < 50)
            lost.Add(await _jenny.SendAsync(ChatTarget.Lobby, $"lost {lost.Count}"));
        await PostgresPair.KillAsync(primary);
        await _postgres.PromoteAsync(standby);
        var promoted = Stopwatch.GetTimestamp();
        var after = await _jenny.SendAsync(ChatTarget.Lobby, "after").WaitAsync(TimeSpan.FromSeconds(60));
        output.WriteLine($"Behind by {lost.Count}: the next send was acked {Stopwatch.GetElapsedTime(promoted).TotalSeconds:0.0} s after the promotion.");
        await Eventually.TrueAsync(() => _jenny.Hello?.Epoch is { } now && now != epoch && _tom.Hello?.Epoch == now, seconds: 30);
        Assert.True(after.Seq <= lost[^1].Seq); // given again
        await AllAreThereOnceAsync(standby, acked);

        // What has a number that was given before reaches people on the other node all the same: by the bus, and by the sweep alone.
        await IsDeliveredAsync("by the bus");
        _chat.Relays[1].Close();
        try
        {
            await IsDeliveredAsync("by the sweep");
        }
        finally
        {
            _chat.Relays[1].Open();
        }
    }

    private async Task IsDeliveredAsync(string text)
    {
        var told = new TaskCompletionSource();
        void Hear(ServerFrame frame)
        {
            if (frame is EventFrame line && line.Text == text)
                told.TrySetResult();
        }
        _tom.FrameReceived += Hear;
        await _jenny.SendAsync(ChatTarget.Lobby, text).WaitAsync(TimeSpan.FromSeconds(30));
        await told.Task.WaitAsync(TimeSpan.FromSeconds(30));
        _tom.FrameReceived -= Hear;
    }

    private async Task AllAreThereOnceAsync(Server server, IEnumerable<string> ids)
    {
        var acked = ids.ToArray();
        await using var connection = new NpgsqlConnection(PostgresPair.StringFor($"127.0.0.1:{server.Port}") + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT count(*), count(DISTINCT client_id) FROM events WHERE client_id = ANY ($1)", connection) { Parameters = { new() { Value = acked } } };
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        output.WriteLine($"Acked {acked.Length}, stored {row.GetInt64(0)}, of them different {row.GetInt64(1)}.");
        Assert.Equal((acked.LongLength, acked.LongLength), (row.GetInt64(0), row.GetInt64(1)));
    }

    private Task<long> CountAsync(Server server, string id) => _postgres.ScalarAsync<long>(server, $"SELECT count(*) FROM events WHERE client_id = '{id}'");
}
