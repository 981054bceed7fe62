using Im.Core.Messages;
using Im.Protocol;
using Im.Realtime.Node;
using Im.Realtime.Routing;

namespace Im.Realtime.Messages;

internal sealed class FeedFactory(MessageDelivery delivery, IMessageStore store, NodeMetrics metrics, TimeProvider time, ILogger<ConversationFeed> log)
{
    public ConversationFeed Create(ConversationId conversation, Audience audience, long? lastSeq = null) =>
        new(conversation, audience, lastSeq, delivery, store, metrics, time, log);
}
