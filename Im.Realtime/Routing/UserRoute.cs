using System.Collections.Concurrent;
using System.Text.Json;
using Im.Core.Bus;
using Im.Protocol;
using Im.Realtime.Messages;

namespace Im.Realtime.Routing;

/// <summary>What the bus brings for one user, to all their connections on this node.</summary>
internal sealed class UserRoute(Guid userId, FeedFactory feeds, Action<UserInfo, Audience> profileChanged)
{
    private readonly ConcurrentDictionary<ConversationId, ConversationFeed> _feeds = [];
    private Task<IAsyncDisposable>? _subscription;

    public Audience Audience { get; } = new();

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

    /// <summary>Reads from the store what may have been missed while the bus was away.</summary>
    public void CatchUp()
    {
        foreach (var feed in _feeds.Values)
            feed.CatchUp();
    }

    public void Accept(BusEnvelope envelope)
    {
        switch (envelope.Kind)
        {
            case BusKind.Message:
                _feeds.GetOrAdd(envelope.Conversation, static (conversation, self) => self.feeds.Create(conversation, self.route.Audience), (feeds, route: this))
                    .Accept(envelope);
                break;
            case BusKind.Frame:
                Audience.Send(envelope.Payload);
                break;
            case BusKind.Profile when JsonSerializer.Deserialize(envelope.Payload.Span, ProtocolJson.Wire.UserInfo) is { } user:
                profileChanged(user, Audience);
                break;
        }
    }
}
