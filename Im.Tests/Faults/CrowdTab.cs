using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Im.Client;
using Im.Client.Chat;
using Im.Client.Events;
using Im.Protocol;
using Im.Protocol.Kinds;
using Im.Tests.Checker;
using Im.Tests.Fixtures;
using Im.Tests.Messages;

namespace Im.Tests.Faults;

/// <summary>One client of a crowd: does what its plan says, and writes down what it sends, what is acked and what it is given.</summary>
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
        client.FrameReceived += Device.Accept;
        _reading = ReadAsync();
    }

    public string Name { get; }

    public ChatUser User { get; }

    public ImClient Client { get; }

    /// <summary>What it shows of what was said since the round began.</summary>
    public Device Device { get; } = new();

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
        Device.Clear();
        (_lobbyAt, _longestSilence, _moves) = (0, 0, 0);
    }

    /// <summary>Sends by the plan's clock, without waiting for acks: a node that is slow or gone does not slow the crowd down.</summary>
    public async Task TalkAsync(IEnumerable<(Utterance Next, ConversationId Conversation, ChatTarget To)> talk, CancellationToken stop)
    {
        var began = Stopwatch.GetTimestamp();
        var due = TimeSpan.Zero;
        foreach (var (next, conversation, to) in talk)
        {
            due += next.After;
            if (due - Stopwatch.GetElapsedTime(began) is var early && early > TimeSpan.Zero)
                await Task.Delay(early, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stop.IsCancellationRequested)
                return;
            _sends.Add(DoAsync(next, conversation, to));
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

    /// <summary>Reads all that it shows of a conversation.</summary>
    public async Task ReadAsync(ConversationId conversation, ChatTarget of)
    {
        if (Device.Find(conversation, 0, _ => true) is not { } newest)
            return;
        while (true)
        {
            try
            {
                _checker.ReadAcked(User.User.Id, conversation, await Client.MarkReadAsync(of, newest.Line));
                return;
            }
            catch (ImException e) when (e.Code == ImCodes.Timeout)
            {
                // nobody knows whether it was stored: again
            }
        }
    }

    // Where there is no line for it yet it says something.
    private Task DoAsync(Utterance next, ConversationId conversation, ChatTarget to)
    {
        var number = ++_said;
        var text = Texts.ContentOf($"{Name} says {number} ✓");
        var line = Device.Find(conversation, next.Which, line => !line.IsErased && next.What switch
        {
            Deed.Edit => IsOwn(line) && line.Event.Kind == KindNames.Text,
            Deed.Recall => IsOwn(line),
            Deed.Vote => !IsOwn(line) && line.Event.Kind == KindNames.Poll,
            _ => !IsOwn(line),
        })?.Line;
        return (next.What, line) switch
        {
            (Deed.Read, not null) => ReadAsync(conversation, to),
            (Deed.Poll, _) => SendAsync(KindNames.Poll, ContentOf(new PollContent($"{Name} asks {number} ✓", ["yes", "no"]), ProtocolJson.Wire.PollContent)),
            (Deed.Edit, not null) => SendAsync(KindNames.Edit, text, line),
            (Deed.Recall, not null) => SendAsync(KindNames.Recall, ContentOf(new RecallContent(), ProtocolJson.Wire.RecallContent), line),
            (Deed.Reaction, not null) => SendAsync(KindNames.Reaction, ContentOf(new ReactionContent(number % 4 == 0 ? [] : ["👍", $"{number % 10}"]), ProtocolJson.Wire.ReactionContent), line),
            (Deed.Vote, not null) => SendAsync(KindNames.Vote, ContentOf(new VoteContent(number % 4 == 0 ? [] : [number % 2]), ProtocolJson.Wire.VoteContent), line),
            (Deed.Reply, not null) => SendAsync(KindNames.Text, text, line),
            _ => SendAsync(KindNames.Text, text),
        };

        bool IsOwn(LineState shown) => shown.Event.From.Id == User.User.Id;

        Task SendAsync(string kind, RawJson content, long? target = null) => this.SendAsync(conversation, to, $"{_run}:{Name}:{number}", kind, content, target);
    }

    private async Task SendAsync(ConversationId conversation, ChatTarget to, string id, string kind, RawJson content, long? target)
    {
        _checker.Sending(Name, User.User.Id, conversation, id, content, target);
        try
        {
            var ack = await Client.PostAsync(to, kind, content, target, id);
            _checker.Acked(User.User.Id, conversation, id, ack.Seq);
            if (ack.Line is { } line)
                _checker.ReadAcked(User.User.Id, conversation, line);
        }
        catch (ImException e) when (e.Code == ErrorCodes.NotFound)
        {
            _checker.Refused(User.User.Id, conversation, id);
        }
        catch (ImException e)
        {
            _failures.Enqueue($"{id}: {e.Code}: {e.Message}");
        }
    }

    private static RawJson ContentOf<T>(T content, JsonTypeInfo<T> json) => new(JsonSerializer.SerializeToUtf8Bytes(content, json));

    private async Task ReadAsync()
    {
        await foreach (var next in Client.ReadEventsAsync())
        {
            _checker.Received(Name, next);
            Device.Accept(next);
            if (next.Line is { } line && next.From.Id == User.Profile?.Id)
                Device.Read(next.Conversation, line); // who writes has read what stands before
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
