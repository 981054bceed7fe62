using System.Collections.Concurrent;
using System.Diagnostics;
using Im.Client;
using Im.Client.Chat;
using Im.Protocol;
using Im.Tests.Checker;
using Im.Tests.Fixtures;

namespace Im.Tests.Faults;

/// <summary>One client of a crowd: says what its plan says, and writes down what it sends, what is acked and what it is given.</summary>
internal sealed class CrowdTab : IAsyncDisposable
{
    private readonly ConcurrentDictionary<ConversationId, long> _given = [];
    private readonly ConcurrentQueue<ConnectionChange> _changes = [];
    private readonly ConcurrentQueue<string> _failures = [];
    private readonly List<Task> _sends = [];
    private readonly string _run;
    private DeliveryChecker _checker = new();
    private readonly Task _reading;
    private int _said;
    private int _moves;
    private long _lobbyAt;
    private long _longestSilence;

    /// <param name="run">Makes message ids unique among all runs on one database.</param>
    public CrowdTab(string name, string run, ChatUser user, ImClient client)
    {
        (Name, User, Client, _run) = (name, user, client, run);
        client.ConnectionChanged += _changes.Enqueue;
        client.FrameReceived += frame => _ = frame is MoveFrame ? Interlocked.Increment(ref _moves) : 0;
        _reading = ReadAsync();
    }

    public string Name { get; }

    public ChatUser User { get; }

    public ImClient Client { get; }

    public string? Node => Client.Hello?.Node;

    /// <summary>How often a connection was lost or replaced since the round began.</summary>
    public int Reconnects => _changes.Count(c => c.State == ConnectionState.Ready);

    /// <summary>Of the connection, since the round began.</summary>
    public IReadOnlyCollection<ConnectionChange> Changes => _changes;

    /// <summary>How often its node asked it to leave.</summary>
    public int MovesAsked => _moves;

    /// <summary>Sends that were given up, and why.</summary>
    public IReadOnlyCollection<string> Failures => _failures;

    /// <summary>The longest time between two messages of the lobby.</summary>
    public TimeSpan LongestSilence => Stopwatch.GetElapsedTime(0, Volatile.Read(ref _longestSilence));

    /// <summary>What the application was given up to now.</summary>
    public long GivenUpTo(ConversationId conversation) => _given.GetValueOrDefault(conversation);

    public int Unanswered => _sends.Count(s => !s.IsCompleted);

    /// <summary>From here on everything is written down for this checker. While nobody talks.</summary>
    public void BeginRound(DeliveryChecker checker)
    {
        _checker = checker;
        _changes.Clear();
        _failures.Clear();
        _sends.Clear();
        (_lobbyAt, _longestSilence, _moves) = (0, 0, 0);
    }

    /// <summary>Sends by the plan's clock, without waiting for acks: a node that is slow or gone does not slow the crowd down.</summary>
    public async Task TalkAsync(IEnumerable<(TimeSpan After, ConversationId Conversation, ChatTarget To)> talk, CancellationToken stop)
    {
        var began = Stopwatch.GetTimestamp();
        var due = TimeSpan.Zero;
        foreach (var (after, conversation, to) in talk)
        {
            due += after;
            if (due - Stopwatch.GetElapsedTime(began) is var early && early > TimeSpan.Zero)
                await Task.Delay(early, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stop.IsCancellationRequested)
                return;
            _sends.Add(SendAsync(conversation, to));
        }
    }

    /// <summary>When every send has been answered, one way or the other.</summary>
    public Task AnsweredAsync() => Task.WhenAll(_sends);

    public override string ToString() => $"{Name} on {Node ?? "no node"} ({Client.State}, {Reconnects} reconnects, asked {MovesAsked} times to move)";

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await _reading;
    }

    private async Task SendAsync(ConversationId conversation, ChatTarget to)
    {
        var number = ++_said;
        var (id, text) = ($"{_run}:{Name}:{number}", $"{Name} says {number} ✓");
        _checker.Sending(Name, User.User.Id, conversation, id, text);
        try
        {
            _checker.Acked(User.User.Id, conversation, id, (await Client.SendAsync(to, text, id)).Seq);
        }
        catch (ImException e)
        {
            _failures.Enqueue($"{id}: {e.Code}: {e.Message}");
        }
    }

    private async Task ReadAsync()
    {
        await foreach (var next in Client.ReadEventsAsync())
        {
            _checker.Received(Name, next);
            _given[next.Conversation] = next.Seq;
            if (!next.Conversation.IsLobby)
                continue;
            var now = Stopwatch.GetTimestamp();
            if (_lobbyAt != 0 && now - _lobbyAt > _longestSilence)
                Volatile.Write(ref _longestSilence, now - _lobbyAt);
            _lobbyAt = now;
        }
    }
}
