using Im.Protocol;

namespace Im.Core.Bus;

/// <summary>Names what an envelope is about. All channel names are made here.</summary>
public readonly record struct BusTopic(string Name)
{
    /// <summary>A conversation with an audience of its own: the lobby.</summary>
    public static BusTopic Conversation(ConversationId id) => new($"c:{id}");

    /// <summary>Everything for one user's connections: direct messages, read cursors, profile and session changes.</summary>
    public static BusTopic User(Guid userId) => new($"u:{userId:N}");

    /// <summary>Changes of sessions: login, logout, sign-out. One topic for all: they are rare, and a subscription for each connection is not.</summary>
    public static BusTopic Sessions { get; } = new("sessions");

    /// <summary>One node: what is for a single connection, and its own probe.</summary>
    public static BusTopic Node(string nodeId) => new($"n:{nodeId}");

    /// <summary>A node's probe of one shard of a cluster.</summary>
    /// <param name="tag">A hash tag that leads to the shard.</param>
    public static BusTopic Probe(string nodeId, string tag) => new($"p:{nodeId}:{{{tag}}}");

    /// <summary>Questions for the way of an event, to all nodes (<see cref="BusKind.Way"/>).</summary>
    public static BusTopic Ways { get; } = new("ways");

    /// <summary>Presence columns of all nodes.</summary>
    public static BusTopic Presence { get; } = new("presence");

    public override string ToString() => Name;
}
