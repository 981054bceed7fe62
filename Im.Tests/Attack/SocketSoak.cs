using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Im.Client;
using Im.Protocol;
using Im.ServiceDefaults.Connections;
using Im.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;

namespace Im.Tests.Attack;

/// <summary>
/// One address opens sockets until it is refused, and goes on trying, at the gateway and at a node, while two people talk from another one. Prints how long a message takes from sender to receiver, with
/// and without. In small by default; <c>IM_SOAK_SOCKETS=4000 IM_SOAK_MESSAGES=5000</c> is the whole of it, and then the 99th percentile may at most be half as much again.
/// </summary>
[Trait("Category", "Attack")]
public sealed class SocketSoak(SocketSoak.Bounded chat, ITestOutputHelper output) : AttackSuite(chat), IClassFixture<SocketSoak.Bounded>
{
    private const double Bar = 1.5;

    private static readonly int MostSockets = Setting("IM_SOAK_SOCKETS", 300), Messages = Setting("IM_SOAK_MESSAGES", 200);

    [Theory, InlineData(true), InlineData(false)]
    public async Task Who_opens_sockets_until_refused_does_not_slow_down_those_who_chat(bool atTheGateway)
    {
        var door = atTheGateway ? Chat.Address : Chat.One;
        var (jenny, tom) = (await OpenAsync(Jenny.Token, door), await OpenAsync(Tom.Token, door));
        await ChatAsync(jenny, tom, Messages / 4); // warm
        var without = await ChatAsync(jenny, tom, Messages);

        var sockets = new ConcurrentQueue<RawSocket>();
        using var over = new CancellationTokenSource();
        var staying = StayAsync(sockets, over.Token);
        RawSocket last;
        while ((last = await RawSocket.OpenAsync(door, "127.0.0.2")).Status == 101)
            sockets.Enqueue(last);
        Assert.Equal((429, ProblemCodes.SlowDown, MostSockets), (last.Status, last.Code, sockets.Count));
        var refused = TryOnAsync(door, over.Token);
        var with = await ChatAsync(jenny, tom, Messages);
        await over.CancelAsync();
        await staying;

        output.WriteLine($"{(atTheGateway ? "gateway" : "node")}: {sockets.Count} sockets of one address open, {await refused} more refused meanwhile. p99 without {without:0.00} ms, with {with:0.00} ms, {with / without:0.00} times.");
        if (Environment.GetEnvironmentVariable("IM_SOAK_SOCKETS") is not null)
            Assert.InRange(with / without, 0, Bar);
        foreach (var socket in sockets)
            socket.Dispose();
        var counts = (atTheGateway ? Chat.Services : Chat.NodeServices(0)).GetRequiredService<ConnectionCounts>();
        await Eventually.TrueAsync(() => counts.Sockets.CountOf("127.0.0.2") == 0, seconds: 30);
    }

    // Twenty attempts a second, each refused: the address has been told to wait.
    private static async Task<int> TryOnAsync(Uri door, CancellationToken over)
    {
        var refused = 0;
        while (!over.IsCancellationRequested)
        {
            using var one = await RawSocket.OpenAsync(door, "127.0.0.2");
            Assert.Equal(429, one.Status);
            refused++;
            await Task.WhenAny(Task.Delay(50, over));
        }
        return refused;
    }

    // Who says nothing for 45 s is given up.
    private static async Task StayAsync(ConcurrentQueue<RawSocket> sockets, CancellationToken over)
    {
        var pong = RawSocket.Frame(0x8A, []);
        while (!over.IsCancellationRequested)
        {
            foreach (var socket in sockets)
                await socket.FloodAsync(pong, 1);
            await Task.WhenAny(Task.Delay(10_000, over));
        }
    }

    /// <returns>The 99th percentile in milliseconds, from sending to the other's receiving.</returns>
    private async Task<double> ChatAsync(RawConnection from, RawConnection to, int messages)
    {
        var times = new List<double>();
        for (var i = 0; i < messages; i++)
        {
            var id = $"{Guid.NewGuid()}";
            var started = Stopwatch.GetTimestamp();
            await from.SendAsync(new SendFrame { Id = id, User = Tom.Id, Text = "hello" });
            await NextAsync<MessageFrame>(to, message => message.Id == id);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            await NextAsync<AckFrame>(from, ack => ack.Id == id);
        }
        return times.Order().ElementAt(times.Count * 99 / 100);
    }

    private static int Setting(string name, int small) => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : small;

    public sealed class Bounded : TwoNodes
    {
        private static readonly KeyValuePair<string, string>[] Limits =
        [
            new("Limits:MaxConnectionsPerAddress", $"{MostSockets}"), new("Limits:Connects:Burst", "100000"), new("Limits:Messages:Burst", "100000"), new("Limits:Messages:PerSecond", "10000"),
            new("Limits:Frames:Burst", "100000"), new("Limits:Frames:PerSecond", "10000"),
        ];

        protected override IEnumerable<KeyValuePair<string, string>> Settings => Limits;

        protected override IEnumerable<KeyValuePair<string, string>> NodeSettings => Limits;
    }
}
