using System.Net;
using Im.Client;
using Im.Protocol;
using Microsoft.Extensions.Time.Testing;

namespace Im.Tests.Client;

/// <summary>A client with a fake clock against a scripted node.</summary>
public abstract class ClientTest : IAsyncLifetime
{
    private readonly List<ImClient> _clients = [];
    private readonly Dictionary<ImClient, IAsyncEnumerator<MessageFrame>> _readers = [];

    private protected static UserInfo Jenny { get; } = new(new("a3b8d425-2b60-4ad7-8a55-2f5c1d3e9b01"), "Jenny", "");

    private protected static UserInfo Tom { get; } = new(new("0f9a6c1e-7d44-4b8e-9c3a-5b1e2d7f8a02"), "小明", "");

    private protected static ConversationId Direct { get; } = ConversationId.Direct(Jenny.Id, Tom.Id);

    private protected FakeTimeProvider Clock { get; } = new();

    private protected ScriptedNode Node { get; private set; } = null!;

    public async Task InitializeAsync() => Node = await ScriptedNode.StartAsync();

    public async Task DisposeAsync()
    {
        foreach (var client in _clients)
            await client.DisposeAsync();
        await Node.DisposeAsync();
    }

    private protected ImClient NewClient(CookieContainer? cookies = null, int buffer = 1_000, string? node = null, Dictionary<ConversationId, long>? startAfter = null, int pending = 1_000, int? maxFill = null)
    {
        var client = new ImClient(new()
        {
            BaseAddress = Node.Address,
            Cookies = cookies ?? new(),
            TimeProvider = Clock,
            RandomSeed = 7,
            MessageBuffer = buffer,
            MaxFillMessages = maxFill,
            MaxPendingSends = pending,
            Node = node,
            StartAfter = startAfter ?? [],
        });
        _clients.Add(client);
        return client;
    }

    /// <summary>A connected client and the node's end of its connection. With a user, the session is that user's.</summary>
    private protected async Task<(ImClient Client, NodeSide Side)> ConnectAsync(UserInfo? user = null, long lobby = 0, ImClient? client = null)
    {
        Node.User = user;
        client ??= NewClient();
        var connecting = client.ConnectAsync();
        var side = await (await Node.AcceptAsync()).WelcomeAsync(user, lobby);
        await connecting.WaitAsync(Bounded.Time);
        if (user is not null)
            await CaughtUpAsync(side);
        return (client, side);
    }

    /// <summary>The connection that replaces one that ended.</summary>
    private protected async Task<NodeSide> ReconnectedAsync(ImClient client, UserInfo? user = null, long lobby = 0, string node = "realtime-2")
    {
        var accepted = Node.AcceptAsync();
        await Clock.PassUntilAsync(accepted);
        var side = await (await accepted).WelcomeAsync(user, lobby, node);
        await Bounded.UntilAsync(() => client.State == ConnectionState.Ready && client.Hello?.Node == node, "ready again");
        if (user is not null)
            await CaughtUpAsync(side);
        return side;
    }

    private protected async Task CaughtUpAsync(NodeSide side)
    {
        var asked = await side.ExpectAmongAsync<ConversationsRequest>();
        await side.SendAsync(new ConversationsFrame([.. Node.Conversations]) { Id = asked.Id });
    }

    /// <summary>The sequences of the next messages of the client's stream, while fake time passes.</summary>
    private protected async Task<IReadOnlyList<long>> NextAsync(ImClient client, int count, ConversationId conversation = default)
    {
        if (!_readers.TryGetValue(client, out var reader))
            _readers[client] = reader = client.ReadMessagesAsync().GetAsyncEnumerator();
        var seqs = new long[count];
        for (var i = 0; i < count; i++)
        {
            var next = reader.MoveNextAsync().AsTask();
            await Clock.PassUntilAsync(next);
            Assert.True(await next, "The stream ended.");
            Assert.Equal(conversation, reader.Current.Conversation);
            seqs[i] = reader.Current.Seq;
        }
        return seqs;
    }

    private protected static MessageFrame Live(long seq, ConversationId conversation = default) =>
        new(conversation, seq, new(Tom.Id, Tom.Nickname), $"第 {seq} 条", 1_790_000_000_000 + seq, "realtime-2") { Id = $"m-{seq}", To = conversation.IsLobby ? null : Jenny.Id, Via = new("realtime-1", 1.9) };

    private protected static List<MessageInfo> Stored(int first, int count, ConversationId conversation = default) =>
        [.. Enumerable.Range(first, count).Select(seq => new MessageInfo(conversation, seq, $"m-{seq}", new(Tom.Id, Tom.Nickname), $"第 {seq} 条", 1_790_000_000_000 + seq, "realtime-2"))];
}
