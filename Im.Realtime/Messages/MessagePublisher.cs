using System.Diagnostics;
using Im.Core;
using Im.Core.Bus;
using Im.Core.Nodes;
using Im.Protocol;
using Im.Realtime.Connections;
using Im.Realtime.Routing;

namespace Im.Realtime.Messages;

/// <summary>
/// Spreads a committed message: to this node's own audiences at once, and by the bus to the other nodes. It is serialised here, for everybody. The message
/// comes back from the bus to this node too, and its feed drops what it has.
/// </summary>
internal sealed partial class MessagePublisher(NodeIdentity node, IBus bus, Lobby lobby, UserRoutes routes, ILogger<MessagePublisher> log)
{
    public async Task PublishAsync(MessageInfo message, long acceptedAtMicros)
    {
        var topic = message.To is null ? BusTopic.Conversation(message.Conversation) : BusTopic.User(message.To.Value);
        using var span = ImTelemetry.Source.StartActivity(message.To is null ? "publish lobby" : "publish direct", ActivityKind.Producer);
        var envelope = new BusEnvelope(BusKind.Message, node.Name, ClientConnection.Serialize(MessageDelivery.ToFrame(message)))
        {
            Conversation = message.Conversation,
            Seq = message.Seq,
            AcceptedAtMicros = acceptedAtMicros,
            Trace = Activity.Current?.Context ?? default,
        };
        Describe(span, envelope, topic);
        try
        {
            if (message.To is { } peer)
            {
                routes.Accept(message.From.Id, envelope);
                routes.Accept(peer, envelope);
                var own = bus.PublishAsync(BusTopic.User(message.From.Id), envelope);
                await bus.PublishAsync(topic, envelope);
                await own;
            }
            else
            {
                lobby.Accept(envelope);
                await bus.PublishAsync(topic, envelope);
            }
        }
        catch (BusUnavailableException e)
        {
            // It is stored and acknowledged; the other nodes find it when they look for what they missed.
            span?.SetStatus(ActivityStatusCode.Error, "bus unavailable");
            LogPublishFailed(log, message.Conversation, message.Seq, e.Message);
        }
    }

    private void Describe(Activity? span, BusEnvelope envelope, BusTopic topic)
    {
        if (span is null)
            return;
        span.SetTag("messaging.system", "redis");
        span.SetTag("messaging.operation.name", "publish");
        span.SetTag("messaging.operation.type", "send");
        span.SetTag("messaging.destination.name", topic.Name);
        span.SetTag("messaging.message.envelope.size", envelope.Payload.Length);
        span.SetTag("im.node", node.Name);
        span.SetTag("im.seq", envelope.Seq);
    }

    [LoggerMessage(411, LogLevel.Warning, "Message {Seq} of conversation {Conversation} is stored, but the bus did not take it: {Reason}")]
    private static partial void LogPublishFailed(ILogger logger, ConversationId conversation, long seq, string reason);
}
