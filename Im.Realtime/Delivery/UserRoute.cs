using System.Text.Json;
using Im.Core.Bus;
using Im.Core.Messages;
using Im.Protocol;

namespace Im.Realtime.Delivery;

/// <summary>What the bus brings for one user, to all their connections on this node.</summary>
internal sealed class UserRoute(Guid userId, FeedFactory feeds, Action<UserInfo, Audience> profileChanged, Action<ConversationId, long> cameIntoRoom)
{
    private readonly Lock _gate = new();
    private Dictionary<ConversationId, ConversationFeed>? _feeds; // most users are silent: none is made before it is needed
    private Task<IAsyncDisposable>? _subscription;

    /// <summary>Widgets among them: they have a name and rooms, and hear nothing of what is the user's in other conversations.</summary>
    public Audience Audience { get; } = new(withWidgets: false);

    /// <summary>Completes when the topic is subscribed; the first caller starts it, the others wait for the same.</summary>
    public Task SubscribeAsync(IBus bus) => _subscription ??= bus.SubscribeAsync(BusTopic.User(userId), Accept).AsTask();

    // A failed subscription has nothing to undo.
    public async Task UnsubscribeAsync()
    {
        try
        {
            await (await _subscription!).DisposeAsync();
        }
        catch (BusUnavailableException)
        {
        }
    }

    /// <summary>The store is another one: no feed knows where a conversation stands in it.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            foreach (var feed in _feeds?.Values ?? Enumerable.Empty<ConversationFeed>())
                feed.End();
            _feeds = null;
        }
    }

    public void Expect(ConversationChange change) => FeedOf(change.Conversation).Expect(change.FirstSeq, change.LastSeq);

    public void Accept(BusEnvelope envelope)
    {
        switch (envelope.Kind)
        {
            case BusKind.Event:
                FeedOf(envelope.Conversation).Accept(envelope);
                break;
            case BusKind.Frame or BusKind.Typing:
                Audience.Send(envelope.Payload, droppable: envelope.Kind == BusKind.Typing);
                break;
            case BusKind.LaterFrame:
                Audience.Send(envelope.Payload, versionOne: static () => null);
                break;
            case BusKind.Membership:
                cameIntoRoom(envelope.Conversation, envelope.Seq);
                break;
            case BusKind.Profile when JsonSerializer.Deserialize(envelope.Payload.Span, ProtocolJson.Wire.UserInfo) is { } user:
                profileChanged(user, Audience);
                break;
        }
    }

    private ConversationFeed FeedOf(ConversationId conversation)
    {
        lock (_gate)
        {
            _feeds ??= [];
            if (!_feeds.TryGetValue(conversation, out var feed))
                _feeds.Add(conversation, feed = feeds.Create(conversation, Audience));
            return feed;
        }
    }
}
