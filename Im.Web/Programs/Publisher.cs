using System.Diagnostics;
using System.Text.Json;
using Im.Core.Bus;
using Im.Core.Messages;
using Im.Protocol;

namespace Im.Web.Programs;

/// <summary>Stores a message and wakes the nodes, as a node does for its own: committed first, and then by the bus, which may lose it; the nodes' sweep finds it all the same.</summary>
internal sealed class Publisher(IMessageStore store, IBus bus, TimeProvider time)
{
    private const string Origin = "web";

    public async Task<AppendResult> PublishAsync(UserInfo from, Guid? to, string id, string text, CancellationToken cancellationToken)
    {
        var accepted = time.GetUtcNow();
        var conversation = to is { } peer ? ConversationId.Direct(from.Id, peer) : ConversationId.Lobby;
        var result = await store.AppendAsync(new(conversation, new(from.Id, from.Nickname), to, id, text, accepted.ToUnixTimeMilliseconds(), Origin), cancellationToken);
        var message = result.Message;
        var frame = new MessageFrame(message.Conversation, message.Seq, message.From, message.Text, message.At, message.Node) { Id = message.Id, To = message.To };
        var envelope = new BusEnvelope(BusKind.Message, Origin, JsonSerializer.SerializeToUtf8Bytes(frame, ProtocolJson.Wire.ServerFrame))
        {
            Conversation = message.Conversation,
            Seq = message.Seq,
            AcceptedAtMicros = message.At * 1000,
            Trace = Activity.Current?.Context ?? default,
        };
        BusTopic[] topics = to is { } other ? [BusTopic.User(from.Id), BusTopic.User(other)] : [BusTopic.Conversation(ConversationId.Lobby)];
        foreach (var topic in topics)
            await bus.TryPublishAsync(topic, envelope);
        return result;
    }
}
