using System.Text.Json.Serialization;

namespace Im.Protocol;

/// <summary>Bodies of the HTTP API, <c>docs/protocol.md</c>, section 1.</summary>
public sealed record LoginRequest(string Nickname, string Password, string? Brief = null);

public sealed record LoginResponse(UserInfo User, bool Created);

/// <param name="User">Written as null for a guest.</param>
public sealed record MeResponse([property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] UserInfo? User, string Session);

public sealed record BriefRequest(string Brief);

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
public sealed record EndedResponse(int Ended);

/// <param name="Address">The node's own address, such as <c>http://127.0.0.1:21001</c>.</param>
public sealed record NodeInfo(string Name, string Address, int Connections, bool Live);

public sealed record MessagesResponse(ConversationId Conversation, IReadOnlyList<MessageInfo> Messages, long LastSeq, bool More);

/// <summary>The body of a failed request, as a client reads it. <paramref name="Code"/> is one of <see cref="ProblemCodes"/>; missing when something before Im refused.</summary>
public sealed record ProblemBody(int Status = 0, string? Code = null, string? Title = null, string? Detail = null);
