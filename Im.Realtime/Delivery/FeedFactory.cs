using Im.Core.Messages;
using Im.Protocol;

namespace Im.Realtime.Delivery;

internal sealed class FeedFactory(MessageDelivery delivery, IEventStore store, NodeMetrics metrics, TimeProvider time, ILogger<ConversationFeed> log)
{
    // After an outage of the bus every conversation with news asks at once: the store's other callers find a connection all the same.
    private readonly SemaphoreSlim _reads = new(MaxReads);

    public const int MaxReads = 4;

    /// <summary>The <see cref="MessageSweep"/> has announced to the feeds everything that was stored before this one of Postgres' transaction numbers.</summary>
    public ulong Mark { get; set; }

    public ConversationFeed Create(ConversationId conversation, Audience audience, ConversationHead? head = null) =>
        new(conversation, audience, head, delivery, store, () => Mark, _reads, metrics, time, log);
}
