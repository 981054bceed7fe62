using Im.Client;
using Im.Protocol;

namespace Im.Tests.Fixtures;

/// <summary>One connection of a <see cref="ChatUser"/>, which remembers everything it was given.</summary>
internal sealed class ChatConnection : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Recorder<MessageFrame> _messages;
    private readonly Recorder<ServerFrame> _frames;
    private readonly Recorder<ConnectionChange> _changes;
    private readonly string _who;
    private readonly Task _reading;

    public ChatConnection(ImClient client, string who)
    {
        (Client, _who) = (client, who);
        _messages = new(Describe, m => $"{m.Conversation} {m.Seq} of {m.From.Nickname} ({m.Text.Length} characters, id {m.Id}), via {m.Via?.Node ?? "history"}");
        _frames = new(Describe, f => f.ToString());
        _changes = new(Describe, c => c.ToString());
        client.FrameReceived += _frames.Add;
        client.ConnectionChanged += _changes.Add;
        _reading = ReadAsync();
    }

    public ImClient Client { get; }

    /// <summary>The node it is on.</summary>
    public string? Node => Client.Hello?.Node;

    /// <summary>What the application was given: each conversation's messages once and in order.</summary>
    public IReadOnlyList<MessageFrame> Messages => _messages.All;

    /// <summary>Every frame as it arrived, message frames included.</summary>
    public IReadOnlyList<ServerFrame> Frames => _frames.All;

    public IReadOnlyList<ConnectionChange> Changes => _changes.All;

    /// <summary>Called for each message as the application is given it, such as a checker's record.</summary>
    public Action<MessageFrame>? OnMessage { get; set; }

    /// <summary>The first message, past or future, that fits.</summary>
    /// <exception cref="TimeoutException">Says who waited, on which node and in which state, and what came instead.</exception>
    public Task<MessageFrame> WaitForAsync(Func<MessageFrame, bool> predicate, TimeSpan? timeout = null, string what = "the message") =>
        _messages.WaitForAsync(predicate, timeout ?? Patience, what);

    /// <summary>The message with this text.</summary>
    public Task<MessageFrame> WaitForTextAsync(string text, TimeSpan? timeout = null) => WaitForAsync(m => m.Text == text, timeout, $"the message \"{text}\"");

    /// <summary>The first frame of a type, past or future, that fits: a presence, a session change, a typing …</summary>
    public async Task<T> WaitForFrameAsync<T>(Func<T, bool> predicate, TimeSpan? timeout = null, string? what = null) where T : ServerFrame =>
        (T)await _frames.WaitForAsync(f => f is T typed && predicate(typed), timeout ?? Patience, what ?? $"the {typeof(T).Name}");

    /// <summary>The first change of the connection, past or future, that fits.</summary>
    public Task<ConnectionChange> WaitForChangeAsync(Func<ConnectionChange, bool> predicate, TimeSpan? timeout = null, string what = "the change of the connection") =>
        _changes.WaitForAsync(predicate, timeout ?? Patience, what);

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await _reading;
    }

    internal async Task OpenAsync(string? node)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await Client.ConnectAsync(limit.Token);
        if (node is not null)
            Assert.True(Node == node, $"{_who} asked for {node} and is on {Node}.");
    }

    // Ends when the client is disposed; what a test's OnMessage throws ends it too and is thrown again there.
    private async Task ReadAsync()
    {
        await foreach (var message in Client.ReadMessagesAsync())
        {
            OnMessage?.Invoke(message);
            _messages.Add(message);
        }
    }

    private string Describe() => $"{_who} on {Node ?? "no node"} ({Client.State})";
}
