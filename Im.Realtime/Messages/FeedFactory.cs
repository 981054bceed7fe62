using Im.Core.Messages;
using Im.Protocol;
using Im.Realtime.Node;
using Im.Realtime.Routing;

namespace Im.Realtime.Messages;

internal sealed class FeedFactory(MessageDelivery delivery, IEventStore store, NodeMetrics metrics, TimeProvider time, ILogger<ConversationFeed> log)
{
    // After an outage of the bus every conversation with news asks at once: the store's other callers find a connection all the same.
    private readonly SemaphoreSlim _reads = new(MaxReads);

    public const int MaxReads = 4;

    public ConversationFeed Create(ConversationId conversation, Audience audience, ConversationHead? head = null) =>
        new(conversation, audience, head, delivery, store, _reads, metrics, time, log);
}
