using System.Diagnostics;
using Im.Client;
using Im.Client.Chat;
using Im.Protocol;
using Im.Tests.Fixtures;
using Xunit.Abstractions;

namespace Im.Tests.Faults;

/// <summary>What is sent after <c>ready</c> came is not missed: neither by the lobby's listeners nor on a user's own topic, which is subscribed for that connection.</summary>
[Collection(ImAppCollection.Name)]
[Trait("Category", "Faults")]
public sealed class FirstMessageTests(ImAppFixture im, ITestOutputHelper output)
{
    private const int Users = 20, ConnectsOfEach = 50;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10), LobbyPause = TimeSpan.FromMilliseconds(20);

    private int _saidInLobby;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task The_first_message_after_ready_is_never_lost_in_a_thousand_connects(int node)
    {
        var (one, two) = await im.WaitUntilWholeAsync();
        var (here, other) = node == 0 ? (one, two) : (two, one);
        var people = await im.People.GetAsync(Users + 4);
        // Two of each node's own: nobody is to be slowed down for writing too much.
        await using var talker = await people[Users + node].OpenAsync(im.WebAddress, other);
        await using var sender = await people[Users + 2 + node].OpenAsync(im.WebAddress, other);
        using var stop = new CancellationTokenSource();
        var talking = TalkInLobbyAsync(talker.Client, stop.Token);
        var started = Stopwatch.StartNew();
        var lost = (await Task.WhenAll(people.Take(Users).Select(p => ConnectOftenAsync(p, here, talker.Client, sender.Client)))).SelectMany(l => l).ToList();
        output.WriteLine($"{Users * ConnectsOfEach} connects to {here}, {started.Elapsed.TotalSeconds:0.0} s, lost {lost.Count}");
        await stop.CancelAsync();
        await talking;
        Assert.True(lost.Count == 0, $"Lost {lost.Count}: {string.Join("; ", lost.Take(10))}");
    }

    private async Task TalkInLobbyAsync(ImClient sender, CancellationToken stop)
    {
        var run = Guid.NewGuid();
        for (var sends = new List<Task>(); ;)
        {
            var number = Interlocked.Increment(ref _saidInLobby);
            sends.Add(sender.SendAsync(ChatTarget.Lobby, $"{number}", $"{run}-{number}"));
            await Task.Delay(LobbyPause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!stop.IsCancellationRequested)
                continue;
            await Task.WhenAll(sends);
            return;
        }
    }

    private async Task<List<string>> ConnectOftenAsync(ChatUser user, string node, ImClient talker, ImClient sender)
    {
        var lost = new List<string>();
        for (var i = 0; i < ConnectsOfEach; i++)
            if (await ConnectOnceAsync(user, node, talker, sender) is { } what)
                lost.Add($"{user.User.Nickname}'s connect {i}: {what}");
        return lost;
    }

    // The user's only connection: each time its topic is subscribed anew.
    private async Task<string?> ConnectOnceAsync(ChatUser user, string node, ImClient talker, ImClient sender)
    {
        using var limit = new CancellationTokenSource(Patience);
        await using var connection = await RawConnection.OpenAsync(
            RawConnection.AddressOf(im.WebAddress, node), user.Cookies.GetCookieHeader(im.WebAddress), version: 1, cancellationToken: limit.Token);
        Assert.Equal(node, (await connection.ReceiveAsync(limit.Token) as HelloFrame)?.Node);
        await connection.ReceiveAsync<ReadyFrame>();
        var (inLobby, direct) = ($"{Volatile.Read(ref _saidInLobby) + 1}", Guid.NewGuid().ToString());
        var sending = sender.SendAsync(user.User, "first", direct);
        var (lobbyCame, directCame) = (false, false);
        try
        {
            while (!(lobbyCame && directCame) && await connection.ReceiveAsync(limit.Token) is { } frame)
            {
                lobbyCame |= frame is MessageFrame m && m.Conversation.IsLobby && m.From.Id == talker.User!.Id && m.Text == inLobby;
                directCame |= frame is MessageFrame d && d.Id == direct;
            }
        }
        catch (OperationCanceledException)
        {
            // what has not come by now is lost
        }
        await sending;
        await connection.CloseAsync();
        return (lobbyCame, directCame) switch
        {
            (true, true) => null,
            (false, true) => $"message {inLobby} of the lobby",
            (true, false) => "the direct message",
            _ => $"both ({connection.CloseCode})",
        };
    }
}
