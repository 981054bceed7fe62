using System.Text.Json;
using Im.Core.Bus;
using Im.Core.Kinds;
using Im.Core.Messages;
using Im.Core.Rooms;
using Im.Protocol;
using Im.Protocol.Kinds;
using Im.Realtime.Connections;

namespace Im.Realtime.Delivery;

/// <summary>
/// A room on this node: the connections of its members, and its feed. Who is among them is decided by the room's events, each applied in its order, in the same step in which it is handed on: whoever
/// comes gets the event that says so and what follows, whoever goes gets theirs and nothing after it. Since the feed leaves no hole, a node that missed something on the bus cannot tell it to the wrong people.
/// </summary>
/// <param name="connectionsOf">A user's on this node.</param>
/// <param name="emptied">Nobody is left.</param>
internal sealed class Room(ConversationId id, FeedFactory feeds, Func<Guid, IReadOnlyList<ClientConnection>> connectionsOf, Action<Room> emptied) : Audience
{
    private static readonly byte[] MemberMark = "\"kind\":\"member\""u8.ToArray();

    private ConversationFeed? _feed;
    private List<(Guid User, long Seq)>? _applied; // while somebody is being admitted
    private int _admissions;

    public ConversationId Id => id;

    /// <summary>Completes when the topic is subscribed.</summary>
    public Task<IAsyncDisposable>? Subscription { get; set; }

    /// <summary>How many look whether they belong here: it is kept open for them. Under the gate of <see cref="RoomRoutes"/>, as the one that follows.</summary>
    public int Pins { get; set; }

    public bool IsEmpty => Snapshot.Length == 0;

    public bool IsUnused => Pins == 0 && IsEmpty;

    /// <summary>The newest that was handed on; 0 when nothing was.</summary>
    public long LastSeq => Feed.Head.LastSeq;

    private ConversationFeed Feed => _feed ?? Interlocked.CompareExchange(ref _feed, feeds.Create(id, this), null) ?? _feed;

    /// <inheritdoc cref="ConversationFeed.End"/>
    public void End() => Feed.End();

    public void Expect(ConversationChange change) => Feed.Expect(change.FirstSeq, change.LastSeq);

    public void Accept(BusEnvelope envelope)
    {
        if (envelope.Kind == BusKind.Event)
            Feed.Accept(envelope);
        else if (envelope.Kind is BusKind.Frame or BusKind.LaterFrame or BusKind.Typing)
            Send(envelope.Payload, droppable: envelope.Kind == BusKind.Typing);
    }

    /// <summary>From here on, until <see cref="EndAdmission"/>, it is remembered who came and went: what the store says of a membership may be older.</summary>
    public void BeginAdmission() => Feed.Locked(_ =>
    {
        _admissions++;
        _applied ??= [];
    });

    public void EndAdmission() => Feed.Locked(_ =>
    {
        if (--_admissions == 0)
            _applied = null;
    });

    /// <summary>Adds a member's connections, where the events applied so far agree with what the store says.</summary>
    /// <param name="membership">Read after <see cref="BeginAdmission"/>.</param>
    /// <param name="startsBefore">Where nothing was handed on yet: the event that is the first.</param>
    /// <returns>The newest event that was handed on without them although it is theirs; null where they get, or have had, all from the one by which they joined.</returns>
    public long? Admit(Membership membership, Guid user, IEnumerable<ClientConnection> connections, long startsBefore)
    {
        long? missed = null;
        Feed.Start(new(startsBefore - 1, 0), last =>
        {
            if (_applied!.Exists(one => one.User == user && one.Seq > membership.ChangedSeq))
                return; // what was applied is newer: who came was added by it
            if (last < membership.JoinedSeq)
                return; // they are added when that event's turn comes
            foreach (var connection in connections)
                if (connection.MayHear(id) && connection.TryEnter(this, user))
                    missed = last;
        });
        Feed.Expect(startsBefore, membership.Head.LastSeq);
        return missed;
    }

    public override void Applying(BusEnvelope envelope)
    {
        if (MemberOf(envelope) is not { } member)
            return;
        if (MemberDeeds.Begins(member.What) || MemberDeeds.Ends(member.What))
            _applied?.Add((member.User, envelope.Seq));
        if (MemberDeeds.Begins(member.What))
            foreach (var connection in connectionsOf(member.User).Where(connection => connection.MayHear(id)))
                connection.TryEnter(this, member.User);
    }

    public override void Applied(BusEnvelope envelope)
    {
        if (MemberOf(envelope) is not { } member || !MemberDeeds.Ends(member.What))
            return;
        foreach (var connection in Snapshot)
            connection.Exit(this, member.User);
        if (IsUnused)
            emptied(this);
    }

    // The text of somebody's message has its quotes escaped, so that nothing but the field looks like it.
    private static MemberContent? MemberOf(BusEnvelope envelope) =>
        envelope.Payload.Span.IndexOf(MemberMark) >= 0 && JsonSerializer.Deserialize(envelope.Payload.Span, ProtocolJson.Wire.EventFrame) is { } e ? EventKinds.Member.Of(e) : null;
}
