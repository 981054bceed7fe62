using Microsoft.Extensions.Options;

namespace Im.Core.Sessions;

/// <summary>
/// The cookie that carries a session's token: <c>__Host-im_session</c> over https, which no other host and no plain http can set, else <c>im_session</c>; each with
/// <c>_suffix</c> where <see cref="SessionOptions.CookieSuffix"/> gives one. Clients treat the name as opaque.
/// </summary>
public sealed class SessionCookie(IOptions<SessionOptions> options)
{
    /// <summary>The name there was before there were several.</summary>
    public const string FormerName = "im_session";

    private const string SecurePrefix = "__Host-";

    // Of all cookies under our names so many are looked up, and no longer ones: what is beyond is nobody's.
    private const int MaxLookUps = 8, MaxTokenChars = 128;

    private readonly string _plain = options.Value.CookieSuffix is { Length: > 0 } suffix ? $"{FormerName}_{suffix}" : FormerName;

    public string NameFor(bool isHttps) => isHttps ? SecurePrefix + _plain : _plain;

    /// <summary>The names under which an earlier configuration, or an earlier version, gave a cookie: each is honoured until its session has a cookie under today's.</summary>
    public IEnumerable<string> FormerNamesFor(bool isHttps) => new[] { _plain, FormerName }.Distinct().Where(name => name != NameFor(isHttps));

    /// <summary>
    /// The session of a request's cookies: of several the valid one, a user's before a guest's, today's name before former ones. Null when none is valid.
    /// </summary>
    /// <param name="headers">The <c>Cookie</c> headers; a browser may send one name more than once.</param>
    /// <param name="isHttps">How the browser reached the page; null at a node, which is not told.</param>
    /// <exception cref="SessionsUnavailableException"/>
    public async Task<FoundSession?> FindAsync(ISessionManager sessions, IEnumerable<string?> headers, bool? isHttps, CancellationToken cancellationToken = default)
    {
        FoundSession? guests = null;
        foreach (var (name, token) in Candidates(headers, isHttps).Take(MaxLookUps))
        {
            if (await sessions.FindAsync(token, cancellationToken) is not { } session)
                continue;
            if (session.UserId is not null)
                return new(session, token, name);
            guests ??= new(session, token, name);
        }
        return guests;
    }

    private IEnumerable<(string Name, string Token)> Candidates(IEnumerable<string?> headers, bool? isHttps)
    {
        var cookies = headers.SelectMany(header => (header ?? "").Split(';', StringSplitOptions.TrimEntries))
            .Select(pair => pair.Split('=', 2)).Where(pair => pair is [_, { Length: <= MaxTokenChars } token] && SessionToken.TryParse(token, out _))
            .Select(pair => (Name: pair[0], Token: pair[1])).Distinct().ToArray();
        if (cookies.Length == 0)
            return [];
        // A node need not know the gateway's suffix: it takes any name of ours, its own first. What another installation gave is valid in its Redis alone.
        IEnumerable<string> names = isHttps is { } known
            ? [NameFor(known), .. FormerNamesFor(known)]
            : [NameFor(true), .. FormerNamesFor(true), .. cookies.Select(cookie => cookie.Name).Where(name => name.StartsWith(FormerName, StringComparison.Ordinal) || name.StartsWith(SecurePrefix + FormerName, StringComparison.Ordinal))];
        return names.Distinct().SelectMany(name => cookies.Where(cookie => cookie.Name == name));
    }
}

/// <param name="CookieName">The cookie it came by.</param>
public sealed record FoundSession(Session Session, string Token, string CookieName);
