namespace Im.Client;

/// <summary>
/// A program's session, instead of cookies: a bearer token (<c>docs/protocol.md</c>, section 1). Give a client an empty one and log in, or one with a token that exists. The client replaces the value
/// by a fresh one when half of its life is over. Clients that share one share the session.
/// </summary>
/// <param name="value">A token that exists, of whatever age; null where the login brings it.</param>
public sealed class BearerToken(string? value = null)
{
    private volatile string? _value = value;

    /// <summary>The token of now, a secret: <c>imt_…</c>. Null before the login and after the logout.</summary>
    public string? Value
    {
        get => _value;
        internal set => _value = value;
    }
}
