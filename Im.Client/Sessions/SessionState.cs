using Im.Protocol;

namespace Im.Client.Sessions;

/// <summary>Who this client is, as last heard from the API or the node.</summary>
internal sealed class SessionState
{
    public UserInfo? User { get; private set; }

    /// <summary>The session's public id.</summary>
    public string? SessionId { get; private set; }

    public void Set(UserInfo? user, string? sessionId) => (User, SessionId) = (user, sessionId);

    public void SetUser(UserInfo? user) => User = user;

    public void Apply(SessionFrame frame)
    {
        switch (frame.Reason)
        {
            case SessionFrame.Authenticated:
                Set(frame.User, frame.Session ?? SessionId);
                break;
            case SessionFrame.Logout:
                User = null;
                break;
            case SessionFrame.Profile:
                User = frame.User ?? User;
                break;
        }
    }
}
