namespace Im.Core.Sessions;

public static class SessionCookie
{
    /// <summary>The cookie that carries a session's token.</summary>
    public const string Name = "im_session";
}
