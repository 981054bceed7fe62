namespace Im.Core.Bus;

/// <summary>
/// Carries what happens on one node to the others: Redis pub/sub, at most once. The bus wakes nodes; the truth is in Postgres, and a receiver that
/// sees a hole in a conversation's sequence reads the store. Each topic is delivered in the order in which Redis took it, one envelope at a time.
/// </summary>
public interface IBus
{
    /// <summary>Publishes to every node subscribed to the topic, this one included.</summary>
    /// <returns>How many nodes Redis handed it to.</returns>
    /// <exception cref="BusUnavailableException">Redis could not be reached; nothing may be assumed.</exception>
    ValueTask<long> PublishAsync(BusTopic topic, BusEnvelope envelope, CancellationToken cancellationToken = default);

    /// <summary>The same for what may be lost: without Redis nothing is published, and nobody is told.</summary>
    async ValueTask TryPublishAsync(BusTopic topic, BusEnvelope envelope)
    {
        try
        {
            await PublishAsync(topic, envelope);
        }
        catch (BusUnavailableException)
        {
        }
    }

    /// <summary>
    /// Subscribes; returns only after Redis has confirmed, so that nothing published afterwards is missed. Several subscriptions to one topic share one
    /// channel. The handler runs on the bus' reader: it must be quick and must not throw (what it throws is logged and dropped). Disposing unsubscribes.
    /// </summary>
    /// <exception cref="BusUnavailableException">Redis could not be reached within the connect timeout.</exception>
    ValueTask<IAsyncDisposable> SubscribeAsync(BusTopic topic, Action<BusEnvelope> handler, CancellationToken cancellationToken = default);

    /// <summary>Raised (off the reader) after a lost connection is back and every subscription confirmed again: what was published between is lost.</summary>
    event Action? Reconnected;

    /// <summary>
    /// Raised (off the reader) when a connection was lost, a slot of a cluster moved or a probe is out: what is published may be lost, from some moment before this until <see cref="Reconnected"/>,
    /// which follows if anything was amiss.
    /// </summary>
    event Action? Disturbed
    {
        add { }
        remove { }
    }
}

public sealed class BusUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
