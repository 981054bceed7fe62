using System.Text.Json.Serialization;

namespace Im.Protocol;

/// <summary>A frame from a client to a node. The records mirror <c>docs/protocol.md</c>, section 3, word for word.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(PostFrame), "post")]
[JsonDerivedType(typeof(LinesRequest), "lines")]
[JsonDerivedType(typeof(EventsRequest), "events")]
[JsonDerivedType(typeof(SendFrame), "send")]
[JsonDerivedType(typeof(HistoryRequest), "history")]
[JsonDerivedType(typeof(ConversationsRequest), "conversations")]
[JsonDerivedType(typeof(PeopleRequest), "people")]
[JsonDerivedType(typeof(ReadRequest), "read")]
[JsonDerivedType(typeof(UnreadRequest), "unread")]
[JsonDerivedType(typeof(WayRequest), "way")]
[JsonDerivedType(typeof(TypingRequest), "typing")]
[JsonDerivedType(typeof(AuthenticateRequest), "authenticate")]
[JsonDerivedType(typeof(PingFrame), "ping")]
public abstract record ClientFrame
{
    /// <summary>Repeated in the answer; 1 to <see cref="ProtocolLimits.MaxIdChars"/> characters. Required for <see cref="PostFrame"/> and <see cref="SendFrame"/>.</summary>
    [Size(1, ProtocolLimits.MaxIdChars)]
    public string? Id { get; init; }
}

/// <summary>A frame about one conversation: exactly one of the two properties is given.</summary>
public abstract record ConversationFrame : ClientFrame
{
    public ConversationId? Conversation { get; init; }

    /// <summary>The direct conversation with this user.</summary>
    public Guid? User { get; init; }
}

/// <summary>An event for a conversation. <see cref="ClientFrame.Id"/> is the client's id of it: one for each event, the same for each retry.</summary>
[Since(2)]
public sealed record PostFrame : ConversationFrame
{
    /// <summary>The name of a kind.</summary>
    [Size(1, ProtocolLimits.MaxKindChars)]
    public required string Kind { get; init; }

    /// <summary>The line it is about, where its kind has one.</summary>
    public long? Target { get; init; }

    /// <summary>As its kind wants it.</summary>
    public required RawJson Content { get; init; }
}

/// <summary>A page of lines, at most one cursor; without one the newest.</summary>
[Since(2)]
public sealed record LinesRequest : ConversationFrame
{
    public long? Before { get; init; }

    public long? After { get; init; }

    /// <summary>The page that has this line in its middle.</summary>
    public long? Around { get; init; }

    [Size(1, ProtocolLimits.MaxPageMessages)]
    public int? Limit { get; init; }
}

/// <summary>Events after a sequence, as they came.</summary>
[Since(2)]
public sealed record EventsRequest : ConversationFrame
{
    public required long After { get; init; }

    [Size(1, ProtocolLimits.MaxPageMessages)]
    public int? Limit { get; init; }
}

/// <summary>A text, as version 1 sends it.</summary>
[Until(1)]
public sealed record SendFrame : ConversationFrame
{
    [Size(1, ProtocolLimits.MaxTextCharsOne)]
    public required string Text { get; init; }
}

[Until(1)]
public sealed record HistoryRequest : ConversationFrame
{
    /// <summary>Messages older than this sequence; not together with <see cref="After"/>.</summary>
    public long? Before { get; init; }

    /// <summary>Messages newer than this sequence.</summary>
    public long? After { get; init; }

    [Size(1, ProtocolLimits.MaxPageMessages)]
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

/// <summary>As version 1 says it.</summary>
[Until(1, Then = typeof(ReadLineRequest))]
public sealed record ReadRequest : ConversationFrame
{
    /// <summary>The line's number.</summary>
    public required long Seq { get; init; }
}

/// <summary>The same from version 2 on. It has a type of the same name, so it is written as what it is and not as a <see cref="ClientFrame"/>.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(ReadLineRequest), "read")]
public record ReadLineRequest : ConversationFrame
{
    public required long Line { get; init; }

    /// <summary>The position as the client knows it. Where the user has put it back to before that, the frame changes nothing: whoever sends it has not heard of it yet.</summary>
    public long? Known { get; init; }
}

/// <summary>A line and what follows it are unread again.</summary>
[Since(2)]
public sealed record UnreadRequest : ConversationFrame
{
    public required long Line { get; init; }
}

/// <summary>Asks the nodes how an event went from one to the other. For the demonstration, see <see cref="WayFrame"/>.</summary>
[Since(2)]
public sealed record WayRequest : ConversationFrame
{
    public required long Seq { get; init; }
}

public sealed record TypingRequest : ConversationFrame;

public sealed record AuthenticateRequest : ClientFrame
{
    public required string Ticket { get; init; }
}

public sealed record PingFrame : ClientFrame;
