using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Im.Client;
using Im.Client.Chat;
using Im.Core.Bus;
using Im.Protocol;
using Im.Tests.Checker;
using Im.Tests.Fixtures;
using Im.Tests.Messages;
using Xunit.Abstractions;

namespace Im.Tests.Faults;

/// <summary>A shard of a Redis Cluster is lost, or moves, while forty clients on two nodes send two hundred messages a second.</summary>
[OnRedisCluster]
[Trait("Category", "Faults")]
public sealed class ClusterFaultTests(ClusterNodes system, ITestOutputHelper output) : IClassFixture<ClusterNodes>
{
    private const int PeopleCount = 10, TabsOfEach = 4;

    /// <summary>Of one tab.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    // What is promised (docs/guarantees.md) on a machine that has nothing else to do: printed. What a test run asserts is wider.
    [Theory, InlineData(false, 8, 40), InlineData(true, 12, 45)]
    public async Task A_master_that_is_lost_under_load_costs_no_message_and_the_bus_carries_on_after_some_seconds(bool hangs, int promisedSeconds, int limitSeconds)
    {
        var shard = hangs ? 1 : 0; // each fault has its own: where one was before, both ends may still use the replica that was the master
        var topic = Enumerable.Repeat(0, 1_000).Select(_ => BusTopic.User(Guid.NewGuid())).First(topic => system.SlotOf(topic) * 3 / 16_384 == shard);
        var victim = system.MasterOf(topic);
        var reconnected = new ConcurrentBag<int>();
        for (var node = 0; node < 2; node++)
        {
            var name = node;
            system.BusOf(node).Reconnected += () => reconnected.Add(name);
        }
        await using var crowd = await ClusterCrowd.GatherAsync(system, PeopleCount, TabsOfEach, Pause);
        await using var talk = await TopicTalk.StartAsync(system.BusOf(0), system.BusOf(1), topic);
        crowd.Talk();
        await Eventually.TrueAsync(() => crowd.Sent > 300 && talk.Heard.Count > 10, seconds: 30);
        reconnected.Clear();
        var lost = Stopwatch.GetTimestamp();
        await (hangs ? system.Cluster.StopAsync(victim) : system.Cluster.KillAsync(victim));
        await Eventually.TrueAsync(() => hangs ? UnixProcess.IsStopped(system.Cluster.ProcessIdOf(victim)) : UnixProcess.HasEnded(system.Cluster.ProcessIdOf(victim)));
        var (before, sentBefore) = (Stopwatch.GetTimestamp() + (Stopwatch.Frequency / 2), crowd.Sent);
        await Eventually.TrueAsync(() => talk.Heard[^1].At > before, limitSeconds);
        var silence = talk.LongestSilence;
        await Eventually.TrueAsync(() => reconnected.Distinct().Count() == 2, seconds: 30);
        var slowest = crowd.SlowestSince(lost);
        await Eventually.TrueAsync(() => crowd.Sent > sentBefore + 400, seconds: 30);
        await (hangs ? system.Cluster.ContinueAsync(victim) : system.Cluster.RestartAsync(victim));
        await system.Cluster.WholeAsync();

        var report = await crowd.EndAsync();
        var sentPerSecond = crowd.Sent / crowd.Talked.TotalSeconds;
        output.WriteLine($"{(hangs ? "stopped" : "killed")}: by the bus again after {silence.TotalSeconds:0.0} s (promised {promisedSeconds}), slowest delivery meanwhile {slowest.TotalSeconds:0.0} s (promised 3), {sentPerSecond:0} messages/s, {report.Delivery}");
        Assert.True(report.Delivery.IsClean, $"{report.Delivery}");
        Assert.Equal(report.Delivery.Sent, report.Delivery.Acked);
        Assert.InRange(slowest.TotalSeconds, 0, 20);
        Assert.InRange(silence.TotalSeconds, 0, limitSeconds);
    }

    [Fact]
    public async Task A_slot_that_moves_while_both_ends_talk_makes_no_silence()
    {
        var topic = BusTopic.User(Guid.NewGuid());
        var slot = system.SlotOf(topic);
        await using var talk = await TopicTalk.StartAsync(system.BusOf(0), system.BusOf(1), topic);
        await Eventually.TrueAsync(() => talk.Heard.Count > 10, seconds: 30);
        foreach (var _ in Enumerable.Range(0, 2)) // there and back
        {
            var from = system.MasterOf(topic);
            await system.Cluster.MoveSlotAsync(slot, from, system.Cluster.Masters.First(master => master != from));
            var moved = Stopwatch.GetTimestamp();
            await Eventually.TrueAsync(() => talk.Heard.Count(heard => heard.At > moved) > 50, seconds: 30);
        }
        output.WriteLine($"Longest silence while a slot moved: {talk.LongestSilence.TotalSeconds:0.00} s of {talk.Heard.Count} heard");
        Assert.InRange(talk.LongestSilence.TotalSeconds, 0, 3);
        Assert.Equal(talk.Heard.Select(heard => heard.Seq).Distinct().Order(), talk.Heard.Select(heard => heard.Seq));
    }
}

/// <summary>People with some tabs on each node, who write to each other and now and then to the lobby.</summary>
internal sealed class ClusterCrowd : IAsyncDisposable
{
    private readonly ClusterNodes _system;
    private readonly IReadOnlyList<ChatUser> _people;
    private readonly TimeSpan _pause;
    private readonly DeliveryChecker _checker = new();
    private readonly List<(ChatConnection Connection, int Person, int Node)> _tabs = [];
    private readonly ConcurrentQueue<(long SentAt, long TookTicks)> _deliveries = [];
    private readonly CancellationTokenSource _stop = new();
    private Dictionary<ConversationId, long> _start = [];
    private Task _talking = Task.CompletedTask;
    private readonly Stopwatch _talked = new();
    private int _sent;

    private ClusterCrowd(ClusterNodes system, IReadOnlyList<ChatUser> people, TimeSpan pause) => (_system, _people, _pause) = (system, people, pause);

    public int Sent => Volatile.Read(ref _sent);

    public static async Task<ClusterCrowd> GatherAsync(ClusterNodes system, int people, int tabsOfEach, TimeSpan pause)
    {
        var crowd = new ClusterCrowd(system, await system.People.GetAsync(people), pause);
        crowd._start = await crowd.Stored.GetHeadsAsync(Enumerable.Range(0, people).Select(crowd.DirectOf).Append(ConversationId.Lobby));
        for (var tab = 0; tab < people * tabsOfEach; tab++)
            await crowd.JoinAsync(tab % people, tab / people % 2);
        return crowd;
    }

    public TimeSpan Talked => _talked.Elapsed;

    public void Talk()
    {
        _talked.Start();
        _talking = Task.WhenAll(_tabs.Select((tab, index) => Task.Run(() => TalkAsync(tab.Connection, tab.Person, tab.Node, index))));
    }

    /// <summary>Of what was sent since, how long it took to the slowest tab on the other node.</summary>
    public TimeSpan SlowestSince(long timestamp) =>
        Stopwatch.GetElapsedTime(0, _deliveries.Where(delivery => delivery.SentAt > timestamp).Select(delivery => delivery.TookTicks).DefaultIfEmpty().Max());

    /// <summary>They hush; returns when everybody has everything, or what is missing.</summary>
    public async Task<(DeliveryReport Delivery, int Deliveries)> EndAsync()
    {
        await _stop.CancelAsync();
        await _talking.WaitAsync(TimeSpan.FromSeconds(60));
        _talked.Stop();
        var stored = await Stored.ReadAsync(_start);
        var waited = Stopwatch.StartNew();
        while (_checker.Judge(stored) is { IsClean: false } && waited.Elapsed < TimeSpan.FromSeconds(60))
            await Task.Delay(50);
        return (_checker.Judge(stored), _deliveries.Count);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_tabs.Select(tab => tab.Connection.DisposeAsync().AsTask()));
    }

    private StoredMessages Stored => new(_system.Database.ConnectionString);

    private ConversationId DirectOf(int person) => ConversationId.Direct(_people[person].User.Id, _people[(person + 1) % _people.Count].User.Id);

    private async Task JoinAsync(int person, int node)
    {
        var connection = await _people[person].OpenAsync(_system.Address, $"node-{node + 1}");
        var name = $"tab {_tabs.Count}";
        foreach (var conversation in (ConversationId[])[ConversationId.Lobby, DirectOf(person), DirectOf((person + _people.Count - 1) % _people.Count)])
            _checker.Entitle(name, conversation, _start[conversation]);
        connection.OnEvent = e =>
        {
            _checker.Received(name, e);
            if (e.Text?.Split(' ') is [var from, var sentAt] && from != $"{node}" && long.Parse(sentAt, CultureInfo.InvariantCulture) is var at)
                _deliveries.Enqueue((at, Stopwatch.GetTimestamp() - at));
        };
        _tabs.Add((connection, person, node));
    }

    // By the clock, without waiting for acks.
    private async Task TalkAsync(ChatConnection connection, int person, int node, int tab)
    {
        var sends = new List<Task>();
        var random = new Random(tab);
        await Task.Delay(_pause * random.NextDouble());
        for (var began = Stopwatch.GetTimestamp(); !_stop.IsCancellationRequested;)
        {
            sends.Add(SendAsync(connection, person, $"{node} {Stopwatch.GetTimestamp()}", tab, lobby: random.Next(10) == 0));
            if ((_pause * sends.Count) - Stopwatch.GetElapsedTime(began) is var early && early > TimeSpan.Zero)
                await Task.Delay(early);
        }
        await Task.WhenAll(sends);
    }

    private async Task SendAsync(ChatConnection connection, int person, string text, int tab, bool lobby)
    {
        var (id, me) = (Guid.NewGuid().ToString(), _people[person].User.Id);
        ChatTarget target = lobby ? ChatTarget.Lobby : _people[(person + 1) % _people.Count].User;
        var conversation = lobby ? ConversationId.Lobby : DirectOf(person);
        _checker.Sending($"tab {tab}", me, conversation, id, Texts.ContentOf(text));
        Interlocked.Increment(ref _sent);
        var ack = await connection.Client.SendAsync(target, text, id);
        _checker.Acked(me, conversation, id, ack.Seq);
    }
}
