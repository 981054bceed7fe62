using Im.Core.Bus;
using Im.Core.Messages;
using Im.Protocol;
using Im.Realtime.Connections;

namespace Im.Realtime.Delivery;

/// <summary>The lobby on this node: everybody's audience, subscribed before the node takes its first connection.</summary>
internal sealed class Lobby(IBus bus, IEventStore store, FeedFactory feeds)
{
    private readonly List<BusEnvelope> _early = [];
    private IAsyncDisposable? _subscription;
    private ConversationFeed? _feed;

    public Audience Audience { get; } = new();

    /// <summary>Widgets that are for a room: of all that is everybody's they hear that the node stops.</summary>
    private readonly Audience _aside = new();

    public ConversationHead Head => _feed?.Head ?? default;

    /// <summary>Subscribes, then reads where the conversation stands; what came in between is kept by the feed and told apart by its sequence. May be tried again after a failure, and is done again where the store is another one.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        _subscription ??= await bus.SubscribeAsync(BusTopic.Conversation(ConversationId.Lobby), Accept, cancellationToken);
        var head = await store.GetHeadAsync(ConversationId.Lobby, cancellationToken);
        lock (_early)
        {
            _feed?.End();
            _feed = feeds.Create(ConversationId.Lobby, Audience, head);
            _early.ForEach(_feed.Accept);
            _early.Clear();
        }
    }

    public void Expect(ConversationChange change) => _feed?.Expect(change.FirstSeq, change.LastSeq);

    public void Add(ClientConnection connection) => (connection.MayHear(ConversationId.Lobby) ? Audience : _aside).Add(connection);

    public void Remove(ClientConnection connection) => (connection.MayHear(ConversationId.Lobby) ? Audience : _aside).Remove(connection);

    public void Move(MoveFrame frame)
    {
        Send(frame);
        _aside.Send(ProtocolJson.Write(frame));
    }

    public void Send(ServerFrame frame) => Audience.Send(ProtocolJson.Write(frame));

    public void Accept(BusEnvelope envelope)
    {
        if (envelope.Kind is BusKind.Frame or BusKind.Typing)
            Audience.Send(envelope.Payload, droppable: envelope.Kind == BusKind.Typing);
        if (envelope.Kind != BusKind.Event)
            return;
        if (_feed is null)
            lock (_early)
                if (_feed is null)
                {
                    _early.Add(envelope);
                    return;
                }
        _feed.Accept(envelope);
    }
}
