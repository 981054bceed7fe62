using System.Text.Json.Serialization;

namespace Im.Protocol;

/// <summary>A frame from a client to a node. The records mirror <c>docs/protocol.md</c>, section 3, word for word.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(SendFrame), "send")]
[JsonDerivedType(typeof(HistoryRequest), "history")]
[JsonDerivedType(typeof(ConversationsRequest), "conversations")]
[JsonDerivedType(typeof(PeopleRequest), "people")]
[JsonDerivedType(typeof(ReadRequest), "read")]
[JsonDerivedType(typeof(TypingRequest), "typing")]
[JsonDerivedType(typeof(AuthenticateRequest), "authenticate")]
[JsonDerivedType(typeof(PingFrame), "ping")]
public abstract record ClientFrame
{
    /// <summary>Repeated in the answer; 1 to <see cref="ProtocolLimits.MaxIdChars"/> characters. Required for <see cref="SendFrame"/>.</summary>
    public string? Id { get; init; }
}

/// <summary>A frame about one conversation: exactly one of the two properties is given.</summary>
public abstract record ConversationFrame : ClientFrame
{
    public ConversationId? Conversation { get; init; }

    /// <summary>The direct conversation with this user.</summary>
    public Guid? User { get; init; }
}

/// <summary><see cref="ClientFrame.Id"/> is the client message id: one for each message, the same for each retry.</summary>
public sealed record SendFrame : ConversationFrame
{
    public required string Text { get; init; }
}

public sealed record HistoryRequest : ConversationFrame
{
    /// <summary>Messages older than this sequence; not together with <see cref="After"/>.</summary>
    public long? Before { get; init; }

    /// <summary>Messages newer than this sequence.</summary>
    public long? After { get; init; }

    public int? Limit { get; init; }
}

public sealed record ConversationsRequest : ClientFrame
{
    /// <summary>The <see cref="ConversationsFrame.Next"/> of the page before; null for the first.</summary>
    public string? After { get; init; }
}

public sealed record PeopleRequest : ClientFrame
{
    /// <summary>The <see cref="PeopleFrame.Next"/> of the page before; null for the first.</summary>
    public string? After { get; init; }
}

public sealed record ReadRequest : ConversationFrame
{
    public required long Seq { get; init; }
}

public sealed record TypingRequest : ConversationFrame;

public sealed record AuthenticateRequest : ClientFrame
{
    public required string Ticket { get; init; }
}

public sealed record PingFrame : ClientFrame;
