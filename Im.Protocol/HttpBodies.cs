using System.Text.Json.Serialization;

namespace Im.Protocol;

/// <summary>Bodies of the HTTP API, <c>docs/protocol.md</c>, section 1.</summary>
public sealed record LoginRequest(string Nickname, string Password, string? Brief = null, bool? Join = null);

public sealed record LoginResponse(UserInfo User, bool Created);

/// <param name="User">Written as null for a guest.</param>
public sealed record MeResponse([property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] UserInfo? User, string Session)
{
    /// <summary>There where the server shows how messages travel.</summary>
    public DemonstrationInfo? Demonstration { get; init; }
}

/// <param name="Dashboard">Where traces are looked at, such as <c>http://localhost:18888</c>; null where the server knows none.</param>
public sealed record DemonstrationInfo(string? Dashboard = null);

/// <summary>What is left out stays; an empty name is none.</summary>
public sealed record ProfileRequest(string? Brief = null, string? Name = null);

public sealed record TicketResponse(string Ticket, int ExpiresInSeconds);

/// <param name="Id">The public id, also in <c>hello</c> and <c>/api/me</c>.</param>
/// <param name="Current">It is the one this request came with.</param>
/// <param name="Created">Unix milliseconds, as <paramref name="LastSeen"/>, which is up to a minute behind.</param>
/// <param name="Nodes">Where it has open connections.</param>
public sealed record SessionInfo(string Id, bool Current, long Created, long LastSeen, IReadOnlyList<string> Nodes, int Connections)
{
    /// <summary>What the browser says it is, up to 256 characters.</summary>
    public string? Device { get; init; }

    /// <summary>Where it was when it logged in.</summary>
    public string? Address { get; init; }
}

/// <param name="Ended">How many sessions were ended.</param>
public sealed record EndedResponse(int Ended)
{
    /// <summary>How many API keys were revoked, where that was asked for.</summary>
    public int? Revoked { get; init; }
}

/// <param name="RevokeKeys">The user's API keys too, in the same moment; else they stay.</param>
public sealed record PasswordRequest(string OldPassword, string NewPassword, bool RevokeKeys = false);

/// <param name="RemoveMessages">The texts of the user's messages too; else they stay, without the nickname.</param>
public sealed record DeleteAccountRequest(string Password, bool RemoveMessages = false);

/// <param name="ExpiresInSeconds">Then it is worth nothing; renew it before.</param>
/// <param name="Created">The account is new; null for a renewal.</param>
public sealed record TokenResponse(string Token, int ExpiresInSeconds, UserInfo User, string Session, bool? Created = null);

/// <param name="Scopes">Of <see cref="ApiScopes"/>.</param>
/// <param name="Password">The user's: a session alone makes no key, which would outlive it.</param>
public sealed record CreateKeyRequest(string Name, IReadOnlyList<string> Scopes, string? Password = null);

/// <param name="Key">The key itself: said once, when it is made.</param>
public sealed record ApiKeyInfo(Guid Id, string Name, IReadOnlyList<string> Scopes, long Created, string? Key = null);

/// <param name="Id">The client message id.</param>
public sealed record PublishRequest(string Id, string Text, ConversationId? Conversation = null, Guid? User = null);

public sealed record PublishResponse(ConversationId Conversation, long Seq, long At, bool Duplicate);

public static class ApiScopes
{
    public const string Lobby = "publish:lobby", Direct = "publish:direct", Widget = "widget";
}

/// <param name="Address">The node's own address, such as <c>http://127.0.0.1:21001</c>.</param>
public sealed record NodeInfo(string Name, string Address, int Connections, bool Live)
{
    /// <summary>Where clients reach it without the gateway, such as <c>https://node-1.chat.example</c>; null: by the gateway alone.</summary>
    public string? PublicUrl { get; init; }
}

/// <summary>Where to connect, with what; all are null where it is by the gateway.</summary>
/// <param name="Node">The node's name.</param>
/// <param name="Url">Of its WebSocket, such as <c>wss://node-1.chat.example/ws</c>.</param>
/// <param name="ConnectTicket">Goes behind <see cref="ProtocolLimits.TicketSubProtocol"/>; once, at this node.</param>
public sealed record ConnectResponse(string? Node = null, string? Url = null, string? ConnectTicket = null, int? ExpiresInSeconds = null);

/// <param name="Next">For the next page's <c>after</c>; null when this is the last.</param>
public sealed record PeopleResponse(IReadOnlyList<OnlineUser> Users, int Online, string? Next = null);

public sealed record MessagesResponse(ConversationId Conversation, IReadOnlyList<MessageInfo> Messages, long LastSeq, bool More);

/// <summary>The body of a failed request, as a client reads it. <paramref name="Code"/> is one of <see cref="ProblemCodes"/>; missing when something before Im refused.</summary>
public sealed record ProblemBody(int Status = 0, string? Code = null, string? Title = null, string? Detail = null);
