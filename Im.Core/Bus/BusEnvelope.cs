using System.Diagnostics;
using Im.Protocol;

namespace Im.Core.Bus;

/// <summary>What travels on the bus. <see cref="Payload"/> is serialised once, by the sender; receivers forward the same bytes.</summary>
public sealed record BusEnvelope(BusKind Kind, string OriginNode, ReadOnlyMemory<byte> Payload)
{
    /// <summary>The trace this belongs to (W3C trace context); default when there is none.</summary>
    public ActivityContext Trace { get; init; }

    /// <summary>For <see cref="BusKind.Event"/>: where it belongs and its sequence there.</summary>
    public ConversationId Conversation { get; init; }
    public long Seq { get; init; }

    /// <summary>Its number among the lines; 0 for an event that is no line.</summary>
    public long Line { get; init; }

    /// <summary>When the origin node took the frame from its client, Unix microseconds, UTC; 0 when it does not matter.</summary>
    public long AcceptedAtMicros { get; init; }

    /// <summary>The single connection on the topic's node it is for, or null for all.</summary>
    public string? Connection { get; init; }
}

/// <summary>Numbers are part of the wire layout: never reuse one. Receivers ignore kinds they do not know.</summary>
public enum BusKind : byte
{
    // 1 was a message, of the versions before events.

    /// <summary>A server frame to forward as it is to every connection on the topic; may be lost.</summary>
    Frame = 2,

    /// <summary>A session changed; payload is a <c>SessionChange</c> as JSON.</summary>
    Session = 3,

    /// <summary>A change of a node's presence column; payload is defined by Presence.</summary>
    Presence = 4,

    /// <summary>A node's probe of its own bus connection.</summary>
    Probe = 5,

    /// <summary>A user's profile changed; payload is their <c>UserInfo</c> as JSON.</summary>
    Profile = 6,

    /// <summary>Somebody is typing: a server frame to forward as it is, and the first to be left out where a client is slow.</summary>
    Typing = 7,

    /// <summary>A stored event: payload is a complete <c>event</c> frame without <c>via</c>.</summary>
    Event = 8,

    /// <summary>As <see cref="Frame"/>, of a type that version 1 of the protocol does not have: not for its connections.</summary>
    LaterFrame = 9,

    /// <summary>What does a node know of the way of this event? Payload is the asker, as the nodes' <c>Ways</c> has it; each that knows something sends its part to the asking connection.</summary>
    Way = 10,

    /// <summary>Several envelopes for one topic; payload is each of them, its length in four bytes before it. No handler sees this one.</summary>
    Several = 11,

    /// <summary>For a user's topic: they have come into the room <see cref="BusEnvelope.Conversation"/>, with its event <see cref="BusEnvelope.Seq"/>. No payload.</summary>
    Membership = 12,
}
