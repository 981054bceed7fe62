using System.Diagnostics;
using Im.Client;
using Im.Client.Chat;
using Im.Protocol;
using Im.Tests.Checker;
using Im.Tests.Fixtures;
using Im.Tests.Messages;

namespace Im.Tests.Distributed;

/// <summary>A node dies or hangs; the others and the clients go on.</summary>
[Collection(ImAppCollection.Name)]
public sealed class CrashTests(ImAppFixture im) : IAsyncLifetime
{
    private const int People = 20;

    private readonly DeliveryChecker _checker = new();
    private string _one = "";
    private string _two = "";

    public async Task InitializeAsync() => (_one, _two) = await im.WaitForTwoNodesAsync();

    public async Task DisposeAsync() => await im.WaitForTwoNodesAsync();

    [Fact]
    [Trait("Category", "Faults")]
    public async Task A_replica_killed_among_twenty_chatting_people_loses_nothing_and_leaves_no_ghost()
    {
        await using var guest = ChatUser.Guest(im.WebAddress);
        var history = await guest.ConnectAsync();
        var start = (await history.Client.LinesAsync(ChatTarget.Lobby, limit: 1)).LastSeq;
        var users = await Task.WhenAll(Enumerable.Range(0, People).Select(_ => ChatUser.JoinAsync(im.WebAddress, "crash")));
        var tabs = new List<ChatConnection>();
        for (var i = 0; i < People; i++)
            tabs.Add(await JoinAsync(users[i], i % 2 == 0 ? _one : _two, $"tab {i}", start));
        var victims = tabs.Where(t => t.Node == _one).ToList();

        using var stop = new CancellationTokenSource();
        var chatting = tabs.Select((tab, i) => ChatAsync(users[i], tab, $"tab {i}", stop.Token)).ToList();
        await tabs[0].WaitForAsync(m => m.Seq > start + 100, what: "a hundred messages before the crash");

        var killed = Stopwatch.StartNew();
        await im.ExecuteAsync(_one, "kill");
        await Eventually.TrueAsync(() => victims.All(v => v.Node == _two && v.Client.State == ConnectionState.Ready));
        Assert.InRange(killed.Elapsed.TotalSeconds, 0, 5);

        // Presence: everybody is online in exactly one place, though their node died with its column.
        await Eventually.TrueAsync(() => users.All(u => tabs[1].Client.Online.Users.SingleOrDefault(o => o.Id == u.User.Id)?.Places == 1), 15);

        await stop.CancelAsync();
        await Task.WhenAll(chatting);
        var stored = await ReadAllAsync(history, start);
        foreach (var tab in tabs)
            await tab.WaitForAsync(m => m.Seq == stored[^1].Seq && m.Conversation.IsLobby, what: "the last message");
        var report = _checker.Judge(stored);
        Assert.True(report.IsClean, report.ToString());
        Assert.True(report.Acked > 100, report.ToString());

        await Task.WhenAll(users.Select(u => u.DisposeAsync().AsTask()));
        await Eventually.TrueAsync(() => history.Client.Online.Users.All(o => users.All(u => u.User.Id != o.Id)), 15);
        await im.WaitForTwoNodesAsync(); // the replica came back
    }

    [Fact]
    [Trait("Category", "Faults")]
    public async Task A_hung_replica_gets_no_new_connection_after_five_seconds()
    {
        await im.SignalAsync(_one, "STOP");
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(5)); // the bound under test
            await using var guest = ChatUser.Guest(im.WebAddress);
            for (var i = 0; i < 10; i++)
            {
                var started = Stopwatch.StartNew();
                var connection = await guest.ConnectAsync();
                Assert.Equal(_two, connection.Node);
                Assert.InRange(started.Elapsed.TotalSeconds, 0, 2);
            }
        }
        finally
        {
            await im.SignalAsync(_one, "CONT");
        }
    }

    private async Task<ChatConnection> JoinAsync(ChatUser user, string node, string name, long start)
    {
        var tab = await user.ConnectAsync(node, startAfter: start);
        _checker.Entitle(name, ConversationId.Lobby, start);
        foreach (var early in tab.Events.Where(m => m.Conversation.IsLobby))
            _checker.Received(name, early);
        tab.OnEvent = m => _checker.Received(name, m);
        return tab;
    }

    private async Task ChatAsync(ChatUser user, ChatConnection tab, string name, CancellationToken stop)
    {
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var id = Guid.NewGuid().ToString();
            _checker.Sending(name, user.User.Id, ConversationId.Lobby, id, Texts.ContentOf($"{name} {i}"));
            var ack = await tab.Client.SendAsync(ChatTarget.Lobby, $"{name} {i}", id, cancellationToken: CancellationToken.None);
            _checker.Acked(user.User.Id, ConversationId.Lobby, id, ack.Seq);
            await Task.Delay(200, CancellationToken.None);
        }
    }

    private static async Task<List<EventFrame>> ReadAllAsync(ChatConnection reader, long after)
    {
        var all = new List<EventFrame>();
        EventsFrame page;
        do
        {
            page = await reader.Client.EventsAsync(ChatTarget.Lobby, after: all.LastOrDefault()?.Seq ?? after);
            all.AddRange(page.Events);
        }
        while (page.More);
        return all;
    }
}
