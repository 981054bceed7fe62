using System.Text.Json.Serialization;

namespace Im.Protocol;

/// <summary>A frame from a node to a client. The records mirror <c>docs/protocol.md</c>, section 3, word for word.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(HelloFrame), "hello")]
[JsonDerivedType(typeof(ReadyFrame), "ready")]
[JsonDerivedType(typeof(MessageFrame), "message")]
[JsonDerivedType(typeof(AckFrame), "ack")]
[JsonDerivedType(typeof(HistoryFrame), "history")]
[JsonDerivedType(typeof(ConversationsFrame), "conversations")]
[JsonDerivedType(typeof(PeopleFrame), "people")]
[JsonDerivedType(typeof(PresenceFrame), "presence")]
[JsonDerivedType(typeof(SessionFrame), "session")]
[JsonDerivedType(typeof(ReadFrame), "read")]
[JsonDerivedType(typeof(TypingFrame), "typing")]
[JsonDerivedType(typeof(RemovedFrame), "removed")]
[JsonDerivedType(typeof(AnnouncementFrame), "announcement")]
[JsonDerivedType(typeof(MoveFrame), "move")]
[JsonDerivedType(typeof(PongFrame), "pong")]
[JsonDerivedType(typeof(ErrorFrame), "error")]
public abstract record ServerFrame
{
    /// <summary>The <see cref="ClientFrame.Id"/> this answers, if it answers one.</summary>
    public string? Id { get; init; }
}

/// <summary>The first frame. A guest's <paramref name="User"/>, and the <paramref name="Session"/> of a connection without a cookie, are written as null.</summary>
public sealed record HelloFrame(
    string Node,
    string Connection,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Session,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] UserInfo? User,
    long Time,
    LimitsInfo Limits) : ServerFrame
{
    public int Protocol { get; init; } = ProtocolLimits.Version;
    public int PingSeconds { get; init; } = ProtocolLimits.PingSeconds;
}

/// <summary>What a node accepts; sizes as in <see cref="ProtocolLimits"/>.</summary>
public sealed record LimitsInfo(int FrameBytes, int TextChars, int PageMessages, int IdChars, int OutboxFrames, int OutboxBytes);

/// <summary>The node's subscriptions are confirmed: from here on nothing is missed.</summary>
public sealed record ReadyFrame(LobbyInfo Lobby) : ServerFrame;

public sealed record LobbyInfo(long LastSeq);

/// <summary>A live message. <see cref="ServerFrame.Id"/> is the client message id.</summary>
public sealed record MessageFrame(ConversationId Conversation, long Seq, SenderInfo From, string Text, long At, string Node) : ServerFrame
{
    /// <summary>In a direct conversation the user who is not <see cref="From"/>.</summary>
    public Guid? To { get; init; }

    public ViaInfo? Via { get; init; }
}

/// <summary>How a live message came: the node that brought it and the milliseconds since the sender's node took it.</summary>
public sealed record ViaInfo(string Node, double Ms);

public sealed record AckFrame(ConversationId Conversation, long Seq) : ServerFrame
{
    public long? At { get; init; }
    public bool? Duplicate { get; init; }
}

public sealed record HistoryFrame(ConversationId Conversation, IReadOnlyList<MessageInfo> Messages, long LastSeq, bool More) : ServerFrame;

public sealed record ConversationsFrame(IReadOnlyList<ConversationSummary> Conversations) : ServerFrame
{
    /// <summary>For the next page's <see cref="ConversationsRequest.After"/>; null when this is the last.</summary>
    public string? Next { get; init; }

    /// <summary>Unread messages in all of the user's conversations, on whichever page; with the first page only.</summary>
    public long? Unread { get; init; }
}

/// <summary>A page of everybody who is online, in an order of its own: who is there all the time is on exactly one page.</summary>
/// <param name="Online">Users online, on all pages.</param>
public sealed record PeopleFrame(IReadOnlyList<OnlineUser> Users, int Online) : ServerFrame
{
    /// <summary>For the next page's <see cref="PeopleRequest.After"/>; null when this is the last.</summary>
    public string? Next { get; init; }
}

/// <param name="Full">Replaces what the client knows; otherwise changes the users named.</param>
/// <param name="Guests">Connections without a user, on all nodes.</param>
/// <param name="Online">Users online, also those not listed.</param>
public sealed record PresenceFrame(bool Full, IReadOnlyList<OnlineUser> Users, int Guests, int Online) : ServerFrame;

public sealed record SessionFrame(string Reason) : ServerFrame
{
    public const string Login = "login", Authenticated = "authenticated", Logout = "logout", Profile = "profile";

    public string? Session { get; init; }
    public UserInfo? User { get; init; }
    public bool? Authenticate { get; init; }
}

public sealed record ReadFrame(ConversationId Conversation, long Seq) : ServerFrame;

public sealed record TypingFrame(ConversationId Conversation, SenderInfo From) : ServerFrame;

/// <summary>A message's text was removed by an administrator; the message keeps its place.</summary>
public sealed record RemovedFrame(ConversationId Conversation, long Seq) : ServerFrame;

/// <summary>From the administrators to everybody who is connected; not stored.</summary>
public sealed record AnnouncementFrame(string Text, long At) : ServerFrame;

public sealed record MoveFrame(int WithinMs) : ServerFrame;

public sealed record PongFrame(long Time) : ServerFrame;

public sealed record ErrorFrame(string Code, string Message) : ServerFrame
{
    public int? RetryAfterMs { get; init; }
}
