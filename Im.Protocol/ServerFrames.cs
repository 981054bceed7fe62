using System.Text.Json.Serialization;

namespace Im.Protocol;

/// <summary>A frame from a node to a client. The records mirror <c>docs/protocol.md</c>, section 3, word for word.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(HelloFrame), "hello")]
[JsonDerivedType(typeof(ReadyFrame), "ready")]
[JsonDerivedType(typeof(EventFrame), "event")]
[JsonDerivedType(typeof(LinesFrame), "lines")]
[JsonDerivedType(typeof(EventsFrame), "events")]
[JsonDerivedType(typeof(SeenFrame), "seen")]
[JsonDerivedType(typeof(InvitationFrame), "invitation")]
[JsonDerivedType(typeof(PersonFrame), "person")]
[JsonDerivedType(typeof(SettingsFrame), "settings")]
[JsonDerivedType(typeof(MessageFrame), "message")]
[JsonDerivedType(typeof(AckFrame), "ack")]
[JsonDerivedType(typeof(HistoryFrame), "history")]
[JsonDerivedType(typeof(ConversationsFrame), "conversations")]
[JsonDerivedType(typeof(PeopleFrame), "people")]
[JsonDerivedType(typeof(PresenceFrame), "presence")]
[JsonDerivedType(typeof(SessionFrame), "session")]
[JsonDerivedType(typeof(ReadFrame), "read")]
[JsonDerivedType(typeof(UnreadFrame), "unread")]
[JsonDerivedType(typeof(WayFrame), "way")]
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
    public int Protocol { get; init; } = 1;

    /// <summary>The store's life: cursors of another one are worth nothing.</summary>
    [Since(2, Always = true)]
    public string? Epoch { get; init; }

    public int PingSeconds { get; init; } = ProtocolLimits.PingSeconds;
}

/// <summary>What a node accepts; sizes as in <see cref="ProtocolLimits"/>.</summary>
public sealed record LimitsInfo(int FrameBytes, int TextChars, int PageMessages, int IdChars, int OutboxFrames, int OutboxBytes);

/// <summary>The node's subscriptions are confirmed: from here on nothing is missed.</summary>
public sealed record ReadyFrame(LobbyInfo Lobby) : ServerFrame;

/// <param name="LastSeq">For version 1 the newest line's number.</param>
public sealed record LobbyInfo(long LastSeq, [property: Since(2, Always = true)] long? LastLine = null);

/// <summary>
/// An event of a conversation, wherever it is: live, on a page, in the store. <see cref="ServerFrame.Id"/> is the client's id of it.
/// </summary>
/// <param name="Seq">1, 2, 3 … without gaps in its conversation: order, resume, gaps.</param>
/// <param name="Kind">The name of its kind.</param>
/// <param name="At">When the node took it, Unix milliseconds.</param>
/// <param name="Node">The node that took it.</param>
[Since(2)]
public sealed record EventFrame(ConversationId Conversation, long Seq, string Kind, SenderInfo From, long At, string Node) : ServerFrame
{
    /// <summary>Its number among the lines, 1, 2, 3 … without gaps; null for an event that is not shown as one of its own.</summary>
    public long? Line { get; init; }

    /// <summary>The line it is about, by <see cref="Line"/>: of a line the one it replies to, of another event the one it changes.</summary>
    public long? Target { get; init; }

    /// <summary>What it does to its target; null for a line.</summary>
    public EventEffect? Effect { get; init; }

    /// <summary>Of the events with the same target, kind and slot the newest holds.</summary>
    public string? Slot { get; init; }

    /// <summary>In a direct conversation the user who is not <see cref="From"/>.</summary>
    public Guid? To { get; init; }

    /// <summary>By kind. Null: it was erased, or another event has replaced it.</summary>
    public RawJson? Content { get; init; }

    /// <summary>Only live.</summary>
    public ViaInfo? Via { get; init; }

    /// <summary>Of a line on a page: what holds for it, the newest of each kind and slot.</summary>
    public IReadOnlyList<EventFrame>? Effects { get; init; }

    /// <summary>By kind, where there are more effects than a page brings.</summary>
    public IReadOnlyDictionary<string, TallyInfo>? Tally { get; init; }
}

/// <param name="Count">How many hold.</param>
public sealed record TallyInfo(long Count);

/// <summary>What an event does to the line that is its target. Numbers are stored: never reuse one.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<EventEffect>))]
public enum EventEffect : short
{
    /// <summary>It stands beside the line: a reaction, a vote.</summary>
    [JsonStringEnumMemberName("mark")]
    Mark = 1,

    /// <summary>Its content takes the place of the line's.</summary>
    [JsonStringEnumMemberName("replace")]
    Replace = 2,

    /// <summary>The line's content is erased for good, and what marked or replaced it.</summary>
    [JsonStringEnumMemberName("erase")]
    Erase = 3,
}

/// <param name="Lines">Ascending, with the content that is shown and their <see cref="EventFrame.Effects"/>.</param>
/// <param name="Quoted">Lines of other pages that lines of this one reply to.</param>
/// <param name="More">There are further ones in the direction asked for.</param>
[Since(2)]
public sealed record LinesFrame(ConversationId Conversation, IReadOnlyList<EventFrame> Lines, IReadOnlyList<EventFrame> Quoted, long LastSeq, long LastLine, bool More) : ServerFrame;

/// <param name="Events">Ascending by <see cref="EventFrame.Seq"/>.</param>
[Since(2)]
public sealed record EventsFrame(ConversationId Conversation, IReadOnlyList<EventFrame> Events, long LastSeq, bool More) : ServerFrame;

/// <summary>The other one of a direct conversation has read so far.</summary>
[Since(2)]
public sealed record SeenFrame(ConversationId Conversation, Guid User, long Line) : ServerFrame;

/// <summary>The user was invited into a room. Best effort: the HTTP API lists invitations.</summary>
[Since(2)]
public sealed record InvitationFrame(ConversationId Conversation, string Title, SenderInfo By) : ServerFrame;

/// <summary>What the user has decided about somebody, on another device perhaps. Best effort: the HTTP API and the list of conversations have it.</summary>
/// <param name="What">One of <see cref="PersonFrame"/>'s constants.</param>
[Since(2)]
public sealed record PersonFrame(Guid User, string What) : ServerFrame
{
    public const string Blocked = "blocked", Unblocked = "unblocked", Accepted = "accepted", Declined = "declined";
}

/// <summary>What the user has set, on another device perhaps. Best effort: the HTTP API and the list of conversations have it.</summary>
[Since(2)]
public sealed record SettingsFrame : ServerFrame
{
    /// <summary>The conversation that it is about; null: settings that are about none.</summary>
    public ConversationId? Conversation { get; init; }

    /// <summary>As in <see cref="ConversationSettings"/>: what holds now.</summary>
    public string? Notify { get; init; }

    public bool? Pinned { get; init; }
}

/// <summary>A live line as version 1 sees it. <see cref="ServerFrame.Id"/> is the client message id.</summary>
[Until(1)]
public sealed record MessageFrame(ConversationId Conversation, long Seq, SenderInfo From, string Text, long At, string Node) : ServerFrame
{
    /// <summary>In a direct conversation the user who is not <see cref="From"/>.</summary>
    public Guid? To { get; init; }

    public ViaInfo? Via { get; init; }
}

/// <summary>How a live message came: the node that brought it and the milliseconds since the sender's node took it.</summary>
public sealed record ViaInfo(string Node, double Ms);

/// <param name="Seq">For version 1, and of a <c>read</c>, the line's number.</param>
public sealed record AckFrame(ConversationId Conversation, long Seq) : ServerFrame
{
    /// <summary>The line's number; null for an event that is no line.</summary>
    [Since(2)]
    public long? Line { get; init; }

    public long? At { get; init; }
    public bool? Duplicate { get; init; }
}

[Until(1)]
public sealed record HistoryFrame(ConversationId Conversation, IReadOnlyList<MessageInfo> Messages, long LastSeq, bool More) : ServerFrame;

[Until(1, Then = typeof(ConversationListFrame))]
public sealed record ConversationsFrame(IReadOnlyList<ConversationSummary> Conversations) : ServerFrame
{
    /// <summary>For the next page's <see cref="ConversationsRequest.After"/>; null when this is the last.</summary>
    public string? Next { get; init; }

    /// <summary>Unread messages in all of the user's conversations, on whichever page; with the first page only.</summary>
    public long? Unread { get; init; }
}

/// <summary>The same from version 2 on. It has a type of the same name, so it is written as what it is and not as a <see cref="ServerFrame"/>.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(ConversationListFrame), "conversations")]
public record ConversationListFrame(IReadOnlyList<ConversationInfo> Conversations) : ServerFrame
{
    /// <inheritdoc cref="ConversationsFrame.Next"/>
    public string? Next { get; init; }

    /// <summary>Unread lines in all of the user's conversations, on whichever page; with the first page only.</summary>
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

/// <param name="Seq">The same as <see cref="Line"/>, as version 1 calls it.</param>
public sealed record ReadFrame(ConversationId Conversation, long Seq) : ServerFrame
{
    /// <summary>The newest line the user has read.</summary>
    [Since(2, Always = true)]
    public long? Line { get; init; }
}

/// <summary>The user has put the position back: <paramref name="Line"/> and what follows it are unread again.</summary>
[Since(2)]
public sealed record UnreadFrame(ConversationId Conversation, long Line) : ServerFrame;

/// <summary>What one node knows of the way of an event. Each that knows something says its part; times are milliseconds from when the event was taken.</summary>
[Since(2)]
public sealed record WayFrame(ConversationId Conversation, long Seq, string Node) : ServerFrame
{
    /// <summary>By the node that took the event from its sender.</summary>
    public TakenInfo? Taken { get; init; }

    /// <summary>By a node that wrote it to connections.</summary>
    public BroughtInfo? Brought { get; init; }
}

/// <param name="StoredMs">Committed.</param>
/// <param name="PublishedMs">Redis has taken it. Null while it has not.</param>
/// <param name="Trace">The trace's id, where it is recorded.</param>
public sealed record TakenInfo(double StoredMs, double? PublishedMs = null, string? Trace = null);

/// <param name="Connections">To how many, whoever's.</param>
/// <param name="Mine">Those of them that are the asker's.</param>
public sealed record BroughtInfo(double Ms, int Connections, IReadOnlyList<PlaceInfo> Mine);

/// <param name="Session">The public id of its session; null without a cookie.</param>
public sealed record PlaceInfo(string Connection, string? Session = null);

public sealed record TypingFrame(ConversationId Conversation, SenderInfo From) : ServerFrame;

/// <summary>A message's text was removed by an administrator; the message keeps its place.</summary>
[Until(1)]
public sealed record RemovedFrame(ConversationId Conversation, long Seq) : ServerFrame;

/// <summary>From the administrators to everybody who is connected; not stored.</summary>
public sealed record AnnouncementFrame(string Text, long At) : ServerFrame;

public sealed record MoveFrame(int WithinMs) : ServerFrame;

public sealed record PongFrame(long Time) : ServerFrame;

public sealed record ErrorFrame(string Code, string Message) : ServerFrame
{
    public int? RetryAfterMs { get; init; }
}
