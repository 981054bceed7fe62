using Im.Core.Bus;
using Im.Core.Messages;
using Im.Core.Rooms;
using Im.Protocol;
using Im.Realtime.Connections;

namespace Im.Realtime.Delivery;

/// <summary>
/// The rooms that connections of this node are in: subscribed from the first of them to a moment after the last, and no others. A connection of version 1 is in none.
/// Somebody is admitted so: subscribe, then read what the store says of them, then compare it with the events applied meanwhile (<see cref="Room.Admit"/>).
/// </summary>
internal sealed partial class RoomRoutes : IAsyncDisposable
{
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(500), Poll = TimeSpan.FromMilliseconds(20), CloseAfter = TimeSpan.FromSeconds(3);

    private readonly Lock _gate = new();
    private readonly Dictionary<ConversationId, Room> _rooms = [];
    private readonly CancellationTokenSource _stopped = new();
    private readonly IBus _bus;
    private readonly IRoomStore _store;
    private readonly IEventStore _events;
    private readonly FeedFactory _feeds;
    private readonly UserRoutes _users;
    private readonly TimeProvider _time;
    private readonly ILogger<RoomRoutes> _log;

    public RoomRoutes(IBus bus, IRoomStore store, IEventStore events, FeedFactory feeds, UserRoutes users, TimeProvider time, ILogger<RoomRoutes> log)
    {
        (_bus, _store, _events, _feeds, _users, _time, _log) = (bus, store, events, feeds, users, time, log);
        users.CameIntoRoom += (user, room, seq) => Review(user, new(room, seq, seq, null, null));
    }

    public int Count
    {
        get
        {
            lock (_gate)
                return _rooms.Count;
        }
    }

    public bool IsOpen(ConversationId room) => Find(room) is not null;

    /// <summary>Whether the connection gets what is said in the room.</summary>
    public bool Has(ConversationId room, ClientConnection connection) => Find(room) is { } open && connection.IsIn(open);

    public void Accept(BusEnvelope envelope) => Find(envelope.Conversation)?.Accept(envelope);

    /// <summary>The store has news of a room. Where somebody here came into it, it is opened for them.</summary>
    public void Expect(ConversationChange change)
    {
        Find(change.Conversation)?.Expect(change);
        foreach (var user in change.Members.Distinct())
            if (_users.ConnectionsOf(user).Count > 0)
                Review(user, change);
    }

    /// <summary>Brings a connection, which is a user's, into all of that user's rooms; returns when they are subscribed.</summary>
    /// <exception cref="BusUnavailableException"/>
    /// <exception cref="Im.Core.Data.StoreUnavailableException"/>
    public async Task EnterAsync(Guid user, ClientConnection connection)
    {
        if (connection.Version == 1)
            return;
        var rooms = (await _store.ListMembershipsAsync(user)).Select(membership => membership.Room).Where(connection.MayHear).ToList();
        // Who joins one more meanwhile is reviewed by the event that says so.
        if (rooms.Count > 0)
            await AdmitAsync(rooms, user, () => [connection], startsAtHead: true);
    }

    /// <summary>Somebody has left these rooms.</summary>
    public void Close(IEnumerable<IRoomAudience> left)
    {
        foreach (var room in left)
            CloseIfUnused((Room)room);
    }

    // The user's topic, or the sweep, tells that somebody here came into a room or went: both may. What the room's events say of them is applied as they come, one after the other; so even who went again
    // at once gets what is theirs. Needs no Redis: what an open room is not told by the bus, the sweep finds.
    private void Review(Guid user, ConversationChange change) => _ = ReviewAsync(user, change);

    private async Task ReviewAsync(Guid user, ConversationChange change)
    {
        var room = Pin(change.Conversation);
        try
        {
            room.Expect(change);
            while (room.LastSeq < change.LastSeq && IsCurrent(room))
                await Task.Delay(Poll, _time, _stopped.Token);
            if (!IsCurrent(room))
                return; // who was connected comes again
            await AdmitAsync([change.Conversation], user, () => _users.ConnectionsOf(user), startsAtHead: false);
            await SubscribeAsync(room);
        }
        catch (OperationCanceledException) when (_stopped.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            LogReviewFailed(_log, change.Conversation, e);
            await Task.Delay(Retry, _time, _stopped.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!_stopped.IsCancellationRequested)
                Review(user, change);
        }
        finally
        {
            Unpin(room);
        }
    }

    private async Task SubscribeAsync(Room room)
    {
        while (!room.IsEmpty)
            try
            {
                await room.Subscription!;
                return;
            }
            catch (BusUnavailableException)
            {
                await Task.Delay(Retry, _time, _stopped.Token);
                Unpin(Pin(room.Id)); // once more
            }
    }

    /// <param name="startsAtHead">A room that nobody here was in begins after what is stored: whoever connects reads that. Else with the event by which the user joined.</param>
    private async Task AdmitAsync(IReadOnlyList<ConversationId> ids, Guid user, Func<IReadOnlyList<ClientConnection>> connections, bool startsAtHead)
    {
        var rooms = ids.Select(Pin).ToList();
        rooms.ForEach(room => room.BeginAdmission());
        try
        {
            if (startsAtHead)
                await Task.WhenAll(rooms.Select(room => room.Subscription!));
            var byId = rooms.ToDictionary(room => room.Id);
            var memberships = ids is [var one] ? await _store.FindMembershipAsync(one, user) is { } found ? [found] : [] : await _store.ListMembershipsAsync(user);
            foreach (var membership in memberships)
                if (byId.TryGetValue(membership.Room, out var room)
                    && room.Admit(membership, user, connections(), startsAtHead ? membership.Head.LastSeq + 1 : membership.JoinedSeq) is { } missed && !startsAtHead)
                    await CatchUpAsync(room, user, membership.JoinedSeq, missed, connections());
        }
        finally
        {
            foreach (var room in rooms)
            {
                room.EndAdmission();
                Unpin(room);
            }
        }
    }

    // The room was open here, and had handed on the event by which they joined before their connections were known: what they missed, which is little, is read for them alone.
    private async Task CatchUpAsync(Room room, Guid user, long from, long upTo, IReadOnlyList<ClientConnection> connections)
    {
        while (from <= upTo && await _store.FindStandingAsync(room.Id, user) is { } standing)
        {
            var page = await _events.ReadEventsAsync(room.Id, from - 1, ProtocolLimits.MaxPageMessages, standing.Scope);
            foreach (var missed in page.Events.Where(e => e.Seq <= upTo))
                foreach (var connection in connections.Where(connection => connection.IsIn(room)))
                    connection.Send(missed);
            if (page.Events is not [.., var last])
                return;
            from = last.Seq + 1;
        }
    }

    private Room Pin(ConversationId id)
    {
        lock (_gate)
        {
            if (!_rooms.TryGetValue(id, out var room))
                _rooms.Add(id, room = new(id, _feeds, _users.ConnectionsOf, CloseIfUnused));
            room.Pins++;
            if (room.Subscription is null or { IsFaulted: true })
                room.Subscription = _bus.SubscribeAsync(BusTopic.Conversation(id), room.Accept).AsTask();
            return room;
        }
    }

    private void Unpin(Room room)
    {
        lock (_gate)
            room.Pins--;
        CloseIfUnused(room);
    }

    private void CloseIfUnused(Room room)
    {
        lock (_gate)
            if (!room.IsUnused)
                return;
        _ = CloseLaterAsync(room);
    }

    // Not at once: what the next sweep says of who has just left would be taken for news, and told to them once more.
    private async Task CloseLaterAsync(Room room)
    {
        await Task.Delay(CloseAfter, _time, _stopped.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate)
        {
            if (!room.IsUnused || _rooms.GetValueOrDefault(room.Id) != room)
                return;
            _rooms.Remove(room.Id);
        }
        await UnsubscribeAsync(room);
    }

    /// <summary>The store is another one: rooms are opened anew by those who connect from now on. Before the connections that are in them are closed.</summary>
    public void Forget()
    {
        List<Room> rooms;
        lock (_gate)
        {
            rooms = [.. _rooms.Values];
            _rooms.Clear();
        }
        foreach (var room in rooms)
        {
            room.End();
            _ = UnsubscribeAsync(room);
        }
    }

    private bool IsCurrent(Room room) => Find(room.Id) == room;

    private static async Task UnsubscribeAsync(Room room)
    {
        try
        {
            await (await room.Subscription!).DisposeAsync();
        }
        catch (BusUnavailableException)
        {
            // A failed subscription has nothing to undo.
        }
    }

    private Room? Find(ConversationId room)
    {
        lock (_gate)
            return _rooms.GetValueOrDefault(room);
    }

    public async ValueTask DisposeAsync() => await _stopped.CancelAsync();

    [LoggerMessage(431, LogLevel.Warning, "Somebody came into room {Room}, and could not be admitted here; trying on.")]
    private static partial void LogReviewFailed(ILogger logger, ConversationId room, Exception exception);
}
