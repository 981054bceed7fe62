using System.Diagnostics;
using Im.Core.Data;
using Im.Core.Messages;
using Im.Protocol;
using Im.Tests.Fixtures;
using Npgsql;
using static Im.Tests.Messages.StoreFixture;

namespace Im.Tests.Messages;

public sealed class WriterFaultTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    [Fact]
    public async Task A_full_queue_refuses_at_once_and_what_was_queued_is_stored()
    {
        var jenny = await store.AddUserAsync();
        await using var node = await StoreNode.StartAsync(store.Database.ConnectionString, options =>
        {
            options.MaxQueuedMessages = 10; // half of them in one conversation
            options.MaxBatchMessages = 2;
        });
        Task<AppendResult> first;
        List<Task<AppendResult>> queued;
        await using (await store.LockAsync(ConversationId.Lobby))
        {
            first = node.Messages.AppendAsync(ToLobby(jenny));
            await Eventually.TrueAsync(async () => await store.CountWaitingAsync() == 1);
            queued = [.. Enumerable.Range(0, 5).Select(_ => node.Messages.AppendAsync(ToLobby(jenny)))];
            await Assert.ThrowsAsync<StoreBusyException>(() => node.Messages.AppendAsync(ToLobby(jenny)));
        }
        var seqs = (await Task.WhenAll(queued.Prepend(first))).Select(result => result.Message.Seq).ToList();
        Assert.Equal(Enumerable.Range(0, 6).Select(i => seqs[0] + i), seqs);
    }

    [Fact]
    public async Task A_connection_killed_in_the_middle_of_a_batch_is_replaced_and_the_batch_stored_once()
    {
        var jenny = await store.AddUserAsync();
        var before = (await store.One.Messages.GetHeadAsync(ConversationId.Lobby)).LastSeq;
        await store.One.Messages.AppendAsync(ToLobby(jenny));
        List<Task<AppendResult>> appends;
        await using (await store.LockAsync(ConversationId.Lobby))
        {
            appends = [.. Enumerable.Range(0, 100).Select(_ => store.One.Messages.AppendAsync(ToLobby(jenny)))];
            await Eventually.TrueAsync(async () => await store.CountWaitingAsync() == 1);
            Assert.True(await store.Database.ScalarAsync<bool>(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"));
        }
        Assert.All(await Task.WhenAll(appends), result => Assert.False(result.Duplicate));
        Assert.Equal(before + 101, (await store.ReadAllAsync(ConversationId.Lobby)).Count);
    }

    [Fact]
    public async Task A_batch_whose_commit_was_not_heard_of_is_stored_once_and_is_no_duplicate()
    {
        var jenny = await store.AddUserAsync();
        await using var relay = RelayToPostgres();
        await using var node = await StoreNode.StartAsync(Through(relay));
        var before = (await node.Messages.AppendAsync(ToLobby(jenny))).Message.Seq;
        Task<AppendResult> append;
        await using (await store.LockAsync(ConversationId.Lobby))
        {
            append = node.Messages.AppendAsync(ToLobby(jenny));
            await Eventually.TrueAsync(async () => await store.CountWaitingAsync() == 1);
            relay.Freeze();
        }
        await Eventually.TrueAsync(async () => (await store.One.Messages.GetHeadAsync(ConversationId.Lobby)).LastSeq == before + 1);
        relay.Cut();
        relay.Thaw();
        var result = await append;
        Assert.Equal((before + 1, false), (result.Message.Seq, result.Duplicate));
        Assert.Equal(before + 1, (await store.ReadAllAsync(ConversationId.Lobby)).Count);
    }

    [Fact]
    public async Task While_the_database_is_away_appends_and_reads_fail_fast_and_then_work_again_without_a_restart()
    {
        var jenny = await store.AddUserAsync();
        await using var relay = RelayToPostgres();
        await using var node = await StoreNode.StartAsync(Through(relay));
        var message = ToLobby(jenny);
        await node.Messages.ReadMessagesAsync(ConversationId.Lobby, null, null, 10);

        relay.Close();
        await Assert.ThrowsAsync<StoreUnavailableException>(() => node.Messages.AppendAsync(message));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => node.Messages.ReadMessagesAsync(ConversationId.Lobby, null, null, 10));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => node.Conversations.ListAsync(jenny.Id));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => node.Users.FindAsync(jenny.Id));

        relay.Open();
        AppendResult? stored = null;
        await Eventually.TrueAsync(async () =>
        {
            try
            {
                stored = await node.Messages.AppendAsync(message);
            }
            catch (StoreUnavailableException)
            {
                // a connection begun while the relay closed: the client sends it again
            }
            return stored is not null;
        }, seconds: 2);
        Assert.Equal(stored!.Message, (await node.Messages.ReadMessagesAsync(ConversationId.Lobby, null, null, 10)).Messages[^1]);
        Assert.Equal(jenny, await node.Users.FindAsync(jenny.Id));
    }

    [Fact]
    public async Task While_the_database_hangs_appends_and_those_queued_behind_them_fail_in_bounded_time()
    {
        var jenny = await store.AddUserAsync();
        await using var relay = RelayToPostgres();
        await using var node = await StoreNode.StartAsync(Through(relay), options => options.MaxBatchMessages = 1);
        await node.Messages.AppendAsync(ToLobby(jenny));

        relay.Freeze();
        var waited = Stopwatch.StartNew();
        var appends = Enumerable.Range(0, 50).Select(_ => node.Messages.AppendAsync(ToLobby(jenny))).ToList();
        foreach (var append in appends)
            await Assert.ThrowsAsync<StoreUnavailableException>(() => append.WaitAsync(TimeSpan.FromSeconds(15)));
        Assert.InRange(waited.Elapsed.TotalSeconds, 0, 10);
        relay.Cut();
        relay.Thaw();
        await node.Messages.AppendAsync(ToLobby(jenny));
    }

    [Fact]
    public async Task A_node_that_stops_commits_what_is_queued_and_then_takes_no_more()
    {
        var jenny = await store.AddUserAsync();
        await using var node = await StoreNode.StartAsync(store.Database.ConnectionString);
        var appends = Enumerable.Range(0, 2_000).Select(_ => node.Messages.AppendAsync(ToLobby(jenny))).ToList();
        await node.StopAsync();
        await Task.WhenAll(appends);
        await Assert.ThrowsAsync<StoreBusyException>(() => node.Messages.AppendAsync(ToLobby(jenny)));
    }

    private static TcpRelay RelayToPostgres()
    {
        var server = new NpgsqlConnectionStringBuilder(TestServers.Postgres);
        return new(server.Host!, server.Port);
    }

    private string Through(TcpRelay relay) => new NpgsqlConnectionStringBuilder(store.Database.ConnectionString) { Host = "127.0.0.1", Port = relay.Port }.ConnectionString;
}
