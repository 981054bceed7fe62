namespace Im.Protocol;

/// <summary>Bodies of the HTTP API, <c>docs/protocol.md</c>, section 1.</summary>
public sealed record LoginRequest(string Nickname, string Password, string? Brief = null);

public sealed record LoginResponse(UserInfo User, bool Created);

public sealed record MeResponse(UserInfo? User, string Session);

public sealed record BriefRequest(string Brief);

public sealed record TicketResponse(string Ticket, int ExpiresInSeconds);

/// <param name="Address">The node's own address, such as <c>http://127.0.0.1:21001</c>.</param>
public sealed record NodeInfo(string Name, string Address, int Connections, bool Live);

public sealed record MessagesResponse(ConversationId Conversation, IReadOnlyList<MessageInfo> Messages, long LastSeq, bool More);
