using Im.Client;
using Im.Client.Chat;
using Im.Protocol;

namespace Im.Tests.Fixtures;

/// <summary>One connection of a <see cref="ChatUser"/>, which remembers everything it was given.</summary>
internal sealed class ChatConnection : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Recorder<EventFrame> _events;
    private readonly Recorder<ServerFrame> _frames;
    private readonly Recorder<ConnectionChange> _changes;
    private readonly string _who;
    private readonly Task _reading;

    public ChatConnection(ImClient client, string who)
    {
        (Client, _who) = (client, who);
        _events = new(Describe, e => $"{e.Conversation} {e.Seq} {e.Kind} of {e.From.Nickname} ({e.Content?.Utf8.Length} bytes, id {e.Id}), via {e.Via?.Node ?? "a page"}");
        _frames = new(Describe, f => f.ToString());
        _changes = new(Describe, c => c.ToString());
        client.FrameReceived += _frames.Add;
        client.ConnectionChanged += _changes.Add;
        _reading = ReadAsync();
    }

    public ImClient Client { get; }

    /// <summary>The node it is on.</summary>
    public string? Node => Client.Hello?.Node;

    /// <summary>What the application was given: each conversation's events once and in order.</summary>
    public IReadOnlyList<EventFrame> Events => _events.All;

    /// <summary>Every frame as it arrived, events included.</summary>
    public IReadOnlyList<ServerFrame> Frames => _frames.All;

    public IReadOnlyList<ConnectionChange> Changes => _changes.All;

    /// <summary>Called for each event as the application is given it, such as a checker's record.</summary>
    public Action<EventFrame>? OnEvent { get; set; }

    /// <summary>The first event, past or future, that fits.</summary>
    /// <exception cref="TimeoutException">Says who waited, on which node and in which state, and what came instead.</exception>
    public Task<EventFrame> WaitForAsync(Func<EventFrame, bool> predicate, TimeSpan? timeout = null, string what = "the event") =>
        _events.WaitForAsync(predicate, timeout ?? Patience, what);

    /// <summary>The line with this text.</summary>
    public Task<EventFrame> WaitForTextAsync(string text, TimeSpan? timeout = null) => WaitForAsync(m => m.Text == text, timeout, $"the text \"{text}\"");

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

    // Ends when the client is disposed; what a test's OnEvent throws ends it too and is thrown again there.
    private async Task ReadAsync()
    {
        await foreach (var next in Client.ReadEventsAsync())
        {
            OnEvent?.Invoke(next);
            _events.Add(next);
        }
    }

    private string Describe() => $"{_who} on {Node ?? "no node"} ({Client.State})";
}
