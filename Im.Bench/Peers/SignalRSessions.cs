using System.Security.Claims;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Im.Bench.Peers;

/// <summary>The sessions a user of SignalR would write for themselves: a random key in a cookie, looked up in Redis once for each connection.</summary>
internal sealed class SignalRSessions(
    IConnectionMultiplexer redis, IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string CookieName = "session";

    public static string NewCookie() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    public static RedisKey Key(string cookie) => $"session:{cookie}";

    public static HashEntry[] Fields(Guid userId, string nickname) => [new("user", userId.ToString()), new("nickname", nickname)];

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Cookies[CookieName] is not { Length: > 0 } cookie)
            return AuthenticateResult.NoResult();
        var fields = await redis.GetDatabase().HashGetAsync(Key(cookie), ["user", "nickname"]);
        if (fields[0].IsNull)
            return AuthenticateResult.NoResult();
        var identity = new ClaimsIdentity([new(ClaimTypes.NameIdentifier, fields[0]!), new(ClaimTypes.Name, fields[1]!)], Scheme.Name);
        return AuthenticateResult.Success(new(new(identity), Scheme.Name));
    }
}
