using Im.Protocol;

namespace Im.Client.Sessions;

/// <summary>Who this client is, as last heard from the API or the node.</summary>
internal sealed class SessionState
{
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public UserInfo? User { get; private set; }

    /// <summary>The session's public id.</summary>
    public string? SessionId { get; private set; }

    /// <summary>There is no user because somebody wanted it so: a logout, or a session that was ended. Else the session was lost, and its user may be back.</summary>
    public bool IsLoggedOut { get; private set; }

    /// <summary>Completes when any of this changes. Take it first, then look.</summary>
    public Task Changed => Volatile.Read(ref _changed).Task;

    public void Set(UserInfo? user, string? sessionId)
    {
        SessionId = sessionId;
        SetUser(user);
    }

    public void SetUser(UserInfo? user)
    {
        User = user;
        IsLoggedOut &= user is null;
        Wake();
    }

    public void LogOut()
    {
        IsLoggedOut = true;
        SetUser(null);
    }

    public void Apply(SessionFrame frame)
    {
        switch (frame.Reason)
        {
            case SessionFrame.Authenticated:
                Set(frame.User, frame.Session ?? SessionId);
                break;
            case SessionFrame.Logout:
                LogOut();
                break;
            case SessionFrame.Profile:
                SetUser(frame.User ?? User);
                break;
        }
    }

    /// <summary>Whoever waits for a change looks again.</summary>
    public void Wake() => Interlocked.Exchange(ref _changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
}
