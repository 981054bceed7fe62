using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.SignalR;

namespace Im.Bench.Peers;

/// <summary>Chat as a SignalR user writes it: a group for the lobby, users for the rest. Its message has the fields of Im's; it is stored nowhere.</summary>
[Authorize]
internal sealed class SignalRHub(SignalRNodeName node, TimeProvider time) : Hub
{
    private const string LobbyGroup = "lobby";

    private static long _seq;

    private Sender From => new(Guid.Parse(Context.UserIdentifier!), Context.User!.Identity!.Name!);

    public override async Task OnConnectedAsync()
    {
        await Groups.AddToGroupAsync(Context.ConnectionId, LobbyGroup);
        await Clients.Caller.SendAsync("ready");
    }

    public Task Send(string id, string text) => Clients.Group(LobbyGroup).SendAsync("message", NewMessage(LobbyGroup, id, text));

    public Task SendTo(string id, Guid user, string text) =>
        Clients.Users(user.ToString(), Context.UserIdentifier!).SendAsync("message", NewMessage(Guid.NewGuid().ToString(), id, text) with { To = user });

    public Task Typing(Guid user) => Clients.User(user.ToString()).SendAsync("typing", new TypingMessage(Guid.NewGuid().ToString(), From));

    private Message NewMessage(string conversation, string id, string text) =>
        new(conversation, Interlocked.Increment(ref _seq), id, From, text, time.GetUtcNow().ToUnixTimeMilliseconds(), node.Name, new(node.Name, 0.1));

    internal sealed record Sender(Guid Id, string Nickname);

    internal sealed record Via(string Node, double Ms);

    internal sealed record Message(string Conversation, long Seq, string Id, Sender From, string Text, long At, string Node, Via Via)
    {
        public Guid? To { get; init; }
    }

    internal sealed record TypingMessage(string Conversation, Sender From);
}

internal sealed record SignalRNodeName(string Name);
