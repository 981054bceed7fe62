using System.Collections.Immutable;
using Im.Core.Rounds;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Im.Core.Bus;

/// <summary>
/// One Redis channel and the handlers that share it. StackExchange.Redis gives each <see cref="ChannelMessageQueue"/> a reader of its own that takes one message after
/// the other, in Redis' order (a plain handler would be run on many threads at once); whatever a callback throws it swallows, so it is caught and logged here.
/// </summary>
internal sealed partial class RedisTopic(string name, RedisChannel channel, ILogger logger)
{
    private ImmutableArray<Action<BusEnvelope>> _handlers = [];

    public RedisChannel Channel => channel;

    public bool IsUnused => _handlers.IsEmpty;

    /// <summary>Called only while the bus holds the topic's gate.</summary>
    public void Add(Action<BusEnvelope> handler) => ImmutableInterlocked.Update(ref _handlers, static (handlers, added) => handlers.Add(added), handler);

    /// <inheritdoc cref="Add"/>
    public void Remove(Action<BusEnvelope> handler) => ImmutableInterlocked.Update(ref _handlers, static (handlers, removed) => handlers.Remove(removed), handler);

    public void Receive(ChannelMessage message)
    {
        if (!BusEnvelopeFormat.TryRead(message.Message, out var envelope))
            Drop();
        else if (envelope.Kind == BusKind.Several)
            Round.Run((Topic: this, envelope.Payload), static several => several.Topic.ReceiveSeveral(several.Payload));
        else
            HandOn(envelope);
    }

    private void ReceiveSeveral(ReadOnlyMemory<byte> payload)
    {
        while (!payload.IsEmpty)
        {
            if (!BusEnvelopeFormat.TrySplit(ref payload, out var envelope))
            {
                Drop();
                return;
            }
            HandOn(envelope);
        }
    }

    private void Drop()
    {
        BusMetrics.Dropped.Add(1);
        LogDropped(name);
    }

    private void HandOn(BusEnvelope envelope)
    {
        if (!Enum.IsDefined(envelope.Kind) || envelope.Kind == BusKind.Several)
        {
            Drop();
            return;
        }
        BusMetrics.Received.Add(1);
        foreach (var handler in _handlers)
        {
            try
            {
                handler(envelope);
            }
            catch (Exception exception)
            {
                LogHandlerFailed(exception, envelope.Kind, name);
            }
        }
    }

    [LoggerMessage(1200, LogLevel.Debug, "Dropped an envelope on {Topic}: malformed, or of a version or kind this node does not know")]
    private partial void LogDropped(string topic);

    [LoggerMessage(1201, LogLevel.Error, "A handler of {Kind} on {Topic} failed")]
    private partial void LogHandlerFailed(Exception exception, BusKind kind, string topic);
}
