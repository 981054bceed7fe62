using Im.Protocol;

namespace Im.Web.Http;

/// <summary>Every way a request can fail, as <c>docs/protocol.md</c> lists them: the code is for programs, the rest for people.</summary>
internal sealed record ProblemKind(int Status, string Code, string Title)
{
    public static readonly ProblemKind BadNickname = new(400, ProblemCodes.BadNickname, "This nickname cannot be used.");
    public static readonly ProblemKind BadPassword = new(400, ProblemCodes.BadPassword, "This password cannot be used.");
    public static readonly ProblemKind BadBrief = new(400, ProblemCodes.BadBrief, "This brief cannot be used.");
    public static readonly ProblemKind BadRequest = new(400, ProblemCodes.BadRequest, "The request is not what this address takes.");
    public static readonly ProblemKind WrongPassword = new(401, ProblemCodes.WrongPassword, "The nickname is taken and its password is another one.");
    public static readonly ProblemKind WrongCode = new(401, ProblemCodes.WrongCode, "There is no such code for this nickname.");
    public static readonly ProblemKind NotLoggedIn = new(401, ProblemCodes.NotLoggedIn, "Log in first.");
    public static readonly ProblemKind CrossSite = new(403, ProblemCodes.CrossSite, "Requests from other sites are refused.");
    public static readonly ProblemKind NotFound = new(404, ProblemCodes.NotFound, "There is no such thing here, or it is not yours.");
    public static readonly ProblemKind BadMethod = new(405, ProblemCodes.BadRequest, "This address does not take this method.");
    public static readonly ProblemKind UpgradeRequired = new(426, ProblemCodes.BadRequest, "This address speaks WebSocket only.");
    public static readonly ProblemKind LockedOut = new(429, ProblemCodes.LockedOut, "Too many wrong passwords.");
    public static readonly ProblemKind UnknownNickname = new(404, ProblemCodes.UnknownNickname, "Nobody has this nickname.");
    public static readonly ProblemKind NicknameTaken = new(409, ProblemCodes.NicknameTaken, "It looks like somebody else's nickname.");
    public static readonly ProblemKind Banned = new(403, ProblemCodes.Banned, "This account is banned.");
    public static readonly ProblemKind Muted = new(403, ProblemCodes.Muted, "This account may not write at the moment.");
    public static readonly ProblemKind Forbidden = new(403, ProblemCodes.Forbidden, "Not with these rights.");
    public static readonly ProblemKind LastAdministrator = new(409, ProblemCodes.LastAdministrator, "Nobody else could administer this server.");
    public static readonly ProblemKind BadName = new(400, ProblemCodes.BadName, "This name cannot be used.");
    public static readonly ProblemKind BadText = new(400, ProblemCodes.BadText, "This text cannot be sent.");
    public static readonly ProblemKind TooMany = new(409, ProblemCodes.TooMany, "There are as many as there may be.");
    public static readonly ProblemKind TooLarge = new(413, ProblemCodes.TooLarge, "The file is too large.");
    public static readonly ProblemKind QuotaFull = new(409, ProblemCodes.QuotaFull, "There is no room for another file of this size.");
    public static readonly ProblemKind SlowDown = new(429, ProblemCodes.SlowDown, "Too many requests.") { RetryAfter = TimeSpan.FromSeconds(1) };
    public static readonly ProblemKind Internal = new(500, ErrorCodes.Internal, "Something went wrong on our side.");
    public static readonly ProblemKind Unavailable = new(503, ProblemCodes.Unavailable, "Not available at the moment.") { RetryAfter = TimeSpan.FromSeconds(1) };

    /// <summary>When the same request may be sent again; sent as <c>Retry-After</c>, in whole seconds.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public IResult Because(string? detail = null) => new ProblemResult(this, detail);

    public Task WriteAsync(HttpContext context, string? detail = null)
    {
        if (RetryAfter is { } wait)
            context.Response.Headers.RetryAfter = $"{Math.Ceiling(wait.TotalSeconds):0}";
        return TypedResults.Problem(detail, statusCode: Status, title: Title, extensions: [new("code", Code)]).ExecuteAsync(context);
    }

    /// <summary>The kind for a status that came without a body.</summary>
    public static ProblemKind OfStatus(int status) => status switch
    {
        401 => NotLoggedIn,
        403 => CrossSite,
        404 => NotFound,
        405 => BadMethod,
        429 => SlowDown,
        503 => Unavailable,
        >= 500 => Internal with { Status = status },
        _ => BadRequest,
    };

    private sealed class ProblemResult(ProblemKind kind, string? detail) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) => kind.WriteAsync(httpContext, detail);
    }
}
