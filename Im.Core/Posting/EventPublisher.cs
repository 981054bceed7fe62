using System.Diagnostics;
using Im.Core.Bus;
using Im.Core.Kinds;
using Im.Protocol;
using Im.Protocol.Kinds;
using Microsoft.Extensions.Logging;

namespace Im.Core.Posting;

/// <summary>
/// Spreads a committed event: to the audiences of this process at once, and by the bus to the nodes. It is serialised here, for everybody. It comes back from the bus to the node that published it
/// too, whose feed drops what it has.
/// </summary>
public sealed partial class EventPublisher(IBus bus, ILogger<EventPublisher> log)
{
    /// <param name="members">Of a direct conversation, where the event's sender is not one of them.</param>
    /// <param name="own">Takes the event for one user, or for the lobby or the room where that is null.</param>
    public async Task PublishAsync(EventFrame committed, long acceptedAtMicros, (Guid One, Guid Other)? members = null, Action<Guid?, BusEnvelope>? own = null)
    {
        Guid?[] receivers = members is { } both ? [both.One, both.Other] : committed.To is { } peer ? [committed.From.Id, peer] : [null];
        using var span = ImTelemetry.Source.StartActivity(committed.Conversation.IsLobby ? "publish lobby" : committed.Conversation.IsRoom ? "publish room" : "publish direct", ActivityKind.Producer);
        var envelope = new BusEnvelope(BusKind.Event, committed.Node, ProtocolJson.Write(committed))
        {
            Conversation = committed.Conversation,
            Seq = committed.Seq,
            Line = committed.Line ?? 0,
            AcceptedAtMicros = acceptedAtMicros,
            Trace = Activity.Current?.Context ?? default,
        };
        Describe(span, envelope, TopicOf(receivers[^1], committed));
        try
        {
            // The way by the bus is the longer one.
            var first = bus.PublishAsync(TopicOf(receivers[0], committed), envelope);
            var second = receivers.Length > 1 ? bus.PublishAsync(TopicOf(receivers[1], committed), envelope) : default;
            if (own is not null)
                foreach (var receiver in receivers)
                    own(receiver, envelope);
            await first;
            await second;
        }
        catch (BusUnavailableException e)
        {
            // It is stored and acknowledged; the nodes find it when they look for what they missed.
            span?.SetStatus(ActivityStatusCode.Error, "bus unavailable");
            LogPublishFailed(log, committed.Conversation, committed.Seq, e.Message);
        }
    }

    /// <summary>What happened to a room, one after the other. Nodes with connections of who came in hear of it, as they may not have the room yet.</summary>
    public async Task PublishAsync(IEnumerable<EventFrame> happened)
    {
        foreach (var e in happened)
        {
            await PublishAsync(e, e.At * 1000);
            if (EventKinds.Member.Of(e) is { } member && MemberDeeds.Begins(member.What))
                await bus.TryPublishAsync(BusTopic.User(member.User), new(BusKind.Membership, e.Node, default) { Conversation = e.Conversation, Seq = e.Seq });
        }
    }

    private static BusTopic TopicOf(Guid? receiver, EventFrame committed) => receiver is { } user ? BusTopic.User(user) : BusTopic.Conversation(committed.Conversation);

    private static void Describe(Activity? span, BusEnvelope envelope, BusTopic topic)
    {
        if (span is null)
            return;
        span.SetTag("messaging.system", "redis");
        span.SetTag("messaging.operation.name", "publish");
        span.SetTag("messaging.operation.type", "send");
        span.SetTag("messaging.destination.name", topic.Name);
        span.SetTag("messaging.message.envelope.size", envelope.Payload.Length);
        span.SetTag("im.node", envelope.OriginNode);
        span.SetTag("im.seq", envelope.Seq);
    }

    [LoggerMessage(411, LogLevel.Warning, "Event {Seq} of conversation {Conversation} is stored, but the bus did not take it: {Reason}")]
    private static partial void LogPublishFailed(ILogger logger, ConversationId conversation, long seq, string reason);
}
