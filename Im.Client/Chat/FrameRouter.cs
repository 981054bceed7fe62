using Im.Client.Connections;
using Im.Client.Events;
using Im.Client.Http;
using Im.Client.Presence;
using Im.Client.Requests;
using Im.Client.Sessions;
using Im.Protocol;
using Microsoft.Extensions.Logging;

namespace Im.Client.Chat;

/// <summary>Brings each frame to the part that keeps its state, then to the application.</summary>
internal sealed class FrameRouter(ImHttp http, SessionState session, Inbox inbox, OnlineList online, ILogger logger) : IConnectionOwner
{
    private readonly CancellationTokenSource _stop = new();
    private CancellationTokenSource? _catchingUp;

    public required SessionFollower Follower { private get; init; }

    public RequestSender Requests { private get; set; } = null!;

    public event Action<ConnectionChange>? ConnectionChanged;
    public event Action<ServerFrame>? FrameReceived;

    public Credential Credential => http.Credential;

    public Task<ConnectResponse> FindDoorAsync(string? node, string? avoid, CancellationToken cancellationToken) => http.FindDoorAsync(node, avoid, cancellationToken);

    public Task PrepareAsync(CancellationToken cancellationToken) => Follower.PrepareAsync(cancellationToken);

    public void OnReady(Link link)
    {
        session.Set(link.Hello.User, link.Hello.Session);
        inbox.Enter(link.Hello.Epoch);
        inbox.ExpectLobby(link.Ready.Lobby.LastSeq);
        if (link.Hello.User is not null)
            _ = CatchUpAsync();
        Follower.OnReady(link, _stop.Token);
    }

    public void OnFrame(Link link, ServerFrame frame)
    {
        switch (frame)
        {
            case EventFrame live:
                inbox.Accept(live);
                break;
            case PresenceFrame presence:
                online.Apply(presence);
                break;
            case SessionFrame { Reason: SessionFrame.Login, Authenticate: true }:
                _ = Follower.FollowOrCutAsync(link, _stop.Token);
                break;
            case SessionFrame change:
                session.Apply(change);
                if (change.Reason == SessionFrame.Authenticated)
                    _ = CatchUpAsync();
                break;
            case ErrorFrame { Id: null } error:
                ClientLog.UnaskedError(logger, error.Code, error.Message);
                break;
        }
        Raise(FrameReceived, frame);
    }

    public void OnChange(ConnectionChange change)
    {
        if (change.CloseCode == CloseCodes.SessionEnded || change.Code == ProblemCodes.NotLoggedIn)
        {
            session.LogOut();
            session.Set(null, null);
        }
        session.Wake();
        ClientLog.Changed(logger, change.State, change.Node, change.Reason, change.CloseCode);
        Raise(ConnectionChanged, change);
    }

    /// <summary>Ends what this started.</summary>
    public Task StopAsync() => _stop.CancelAsync();

    // What the user's direct conversations have missed. Never throws: where the list cannot be read, the next event in a conversation shows the hole before it.
    // The next connection, or user, asks anew: one of these at a time.
    private async Task CatchUpAsync()
    {
        var mine = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        Interlocked.Exchange(ref _catchingUp, mine)?.Cancel();
        try
        {
            inbox.Expect((await Requests.AskAsync<ConversationListFrame>(new ConversationsRequest { Id = Requests.NewId() }, mine.Token)).Conversations);
        }
        catch (Exception e)
        {
            if (!mine.IsCancellationRequested && e is not ImException { Code: ImCodes.Closed })
                ClientLog.SyncFailed(logger, (e as ImException)?.Code ?? e.GetType().Name);
        }
    }

    private void Raise<T>(Action<T>? handlers, T argument)
    {
        foreach (var handler in Delegate.EnumerateInvocationList(handlers))
        {
            try
            {
                handler(argument);
            }
            catch (Exception e)
            {
                ClientLog.HandlerFailed(logger, e);
            }
        }
    }
}
