using Im.Core.Messages;
using Im.Protocol;
using Im.Realtime.Routing;

namespace Im.Realtime.Messages;

internal sealed class FeedFactory(MessageDelivery delivery, IMessageStore store, TimeProvider time, ILogger<ConversationFeed> log)
{
    public ConversationFeed Create(ConversationId conversation, Audience audience, long? lastSeq = null) =>
        new(conversation, audience, lastSeq, delivery, store, time, log);
}
