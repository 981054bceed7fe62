using System.Net;
using Im.Client;
using Im.Client.Chat;
using Im.Protocol;
using Im.Tests.Messages;
using Microsoft.Extensions.Time.Testing;

namespace Im.Tests.Client;

/// <summary>A client with a fake clock against a scripted node.</summary>
public abstract class ClientTest : IAsyncLifetime
{
    private readonly List<ImClient> _clients = [];
    private readonly Dictionary<ImClient, IAsyncEnumerator<EventFrame>> _readers = [];

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

    private protected ImClient NewClient(CookieContainer? cookies = null, int buffer = 1_000, string? node = null, Dictionary<ConversationId, long>? startAfter = null, int pending = 1_000, int? maxFill = null, string? startEpoch = null)
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
            StartEpoch = startEpoch,
        });
        _clients.Add(client);
        return client;
    }

    /// <summary>A connected client and the node's end of its connection. With a user, the session is that user's.</summary>
    private protected async Task<(ImClient Client, NodeSide Side)> ConnectAsync(UserInfo? user = null, long lobby = 0, ImClient? client = null, string epoch = "one")
    {
        Node.User = user;
        client ??= NewClient();
        var connecting = client.ConnectAsync();
        var side = await (await Node.AcceptAsync()).WelcomeAsync(user, lobby, epoch: epoch);
        await connecting.WaitAsync(Bounded.Time);
        if (user is not null)
            await CaughtUpAsync(side);
        return (client, side);
    }

    /// <summary>The connection that replaces one that ended.</summary>
    private protected async Task<NodeSide> ReconnectedAsync(ImClient client, UserInfo? user = null, long lobby = 0, string node = "realtime-2", string epoch = "one")
    {
        var accepted = Node.AcceptAsync();
        await Clock.PassUntilAsync(accepted);
        var side = await (await accepted).WelcomeAsync(user, lobby, node, epoch: epoch);
        await Bounded.UntilAsync(() => client.State == ConnectionState.Ready && client.Hello?.Node == node, "ready again");
        if (user is not null)
            await CaughtUpAsync(side);
        return side;
    }

    private protected async Task CaughtUpAsync(NodeSide side)
    {
        var asked = await side.ExpectAmongAsync<ConversationsRequest>();
        await side.SendAsync(new ConversationListFrame([.. Node.Conversations]) { Id = asked.Id });
    }

    /// <summary>The sequences of the next events of the client's stream, while fake time passes.</summary>
    private protected async Task<IReadOnlyList<long>> NextAsync(ImClient client, int count, ConversationId conversation = default)
    {
        if (!_readers.TryGetValue(client, out var reader))
            _readers[client] = reader = client.ReadEventsAsync().GetAsyncEnumerator();
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

    private protected async Task<StreamItem> NextAsync(IAsyncEnumerator<StreamItem> stream)
    {
        var next = stream.MoveNextAsync().AsTask();
        await Clock.PassUntilAsync(next);
        Assert.True(await next, "The stream ended.");
        return stream.Current;
    }

    private protected static EventFrame Live(long seq, ConversationId conversation = default) => Said(seq, conversation) with { Via = new("realtime-1", 1.9) };

    private protected static List<EventFrame> Stored(int first, int count, ConversationId conversation = default) => [.. Enumerable.Range(first, count).Select(seq => Said(seq, conversation))];

    private protected static ConversationInfo Listed(ConversationId conversation, long lastSeq) => new(conversation, "direct", lastSeq, lastSeq, 0, lastSeq) { Peer = Tom };

    // Every fourth event is no line: sequences and lines differ, as they do in life.
    private static EventFrame Said(long seq, ConversationId conversation)
    {
        var said = new EventFrame(conversation, seq, "text", new(Tom.Id, Tom.Nickname), 1_790_000_000_000 + seq, "realtime-2") { Id = $"m-{seq}", To = conversation.IsLobby ? null : Jenny.Id };
        return seq % 4 == 3
            ? said with { Kind = "reaction", Target = 1, Effect = EventEffect.Mark, Slot = $"{Tom.Id}", Content = new("""{"keys":["👍"]}"""u8.ToArray()) }
            : said with { Line = seq - (seq + 1) / 4, Content = Texts.ContentOf($"第 {seq} 条") };
    }
}
