namespace Im.Client.Http;

/// <summary>What requests and connections are known by: a cookie, or a program's bearer token. <paramref name="Value"/> is empty without a session.</summary>
internal readonly record struct Credential(string Header, string Value)
{
    private const string CookieHeader = "Cookie", AuthorizationHeader = "Authorization";

    public static Credential Of(ImClientOptions options) => options.Bearer is { } bearer
        ? new(AuthorizationHeader, bearer.Value is { } token ? $"Bearer {token}" : "")
        : new(CookieHeader, options.Cookies.GetCookieHeader(options.BaseAddress));

    public bool IsNone => Value.Length == 0;

    public bool IsBearer => Header == AuthorizationHeader;

    /// <summary>Never the secret, wherever this ends up.</summary>
    public override string ToString() => Header;
}
