using Im.Client.Connections;
using Im.Client.Http;
using Im.Protocol;
using Microsoft.Extensions.Logging;

namespace Im.Client.Sessions;

/// <summary>Keeps the open connection the same person as the cookie (or the bearer token): after a login, here or in another tab, it becomes the new session's without reconnecting.</summary>
/// <param name="begin">Takes a user's conversations as they stand before the first connection of that user.</param>
internal sealed class SessionFollower(ImHttp http, TokenRenewal renewal, Action<IReadOnlyList<ConversationSummary>> begin, ImClientOptions options, ILogger logger)
{
    private const int Attempts = 3;

    private static readonly TimeSpan LongestOvertake = TimeSpan.FromSeconds(5), Glance = TimeSpan.FromMilliseconds(20);

    // A cookie is dropped 30 days after it was last given; asked, the API gives it anew once a day.
    private static readonly TimeSpan CookieRenewal = TimeSpan.FromDays(1);

    private readonly SemaphoreSlim _gate = new(1);
    private readonly HashSet<Guid> _begun = [];
    private Credential? _prepared;
    private long _preparedAtMs;
    private bool _askedInVain; // for a session: no node has seen one since

    /// <summary>
    /// Before a connection is opened or changes hands: makes sure that there is a session, so that its other tabs can be followed, and learns how far its user's
    /// conversations are, so that what is said from here on is told from what was said before.
    /// </summary>
    /// <exception cref="ImException"/>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            await PrepareCoreAsync(cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>A login that came while the connection was opened is followed on it. One whose session is over hears of no login: it is replaced by one that has another.</summary>
    public void OnReady(Link link, CancellationToken stop)
    {
        if (link.Hello.Session is not null)
            _askedInVain = false;
        if (link.Credential != http.Credential)
            _ = FollowOrCutAsync(link, stop);
        else if (link.Hello.Session is null && !_askedInVain && !link.Credential.IsBearer)
        {
            _preparedAtMs = 0;
            link.Leave("its session is over");
        }
    }

    /// <summary>Makes the connection the cookie's session. Never throws: where it cannot, the connection is cut, and the next one is the new session's by its cookie.</summary>
    public async Task FollowOrCutAsync(Link link, CancellationToken stop)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await NewCookieAsync(link, stop);
                await FollowAsync(link, stop);
                return;
            }
            catch (Exception e)
            {
                if (stop.IsCancellationRequested || link.Ended.IsCompleted || e is ImException { Code: ProblemCodes.NotLoggedIn })
                    return; // no longer needed: the next connection goes by the cookie, or the other tab has logged out again
                if (attempt < Attempts && e is ImException)
                    continue;
                ClientLog.FollowFailed(logger, (e as ImException)?.Code ?? e.GetType().Name);
                link.Abort("a login could not be followed");
                return;
            }
        }
    }

    // The node's hint may overtake the answer that brings the tab that logged in, and so this one, the cookie. Where none comes, the hint was about a login followed already.
    private async Task NewCookieAsync(Link link, CancellationToken stop)
    {
        for (var waited = TimeSpan.Zero; link.Credential == http.Credential && waited < LongestOvertake; waited += Glance)
            await Task.Delay(Glance, options.TimeProvider, stop);
    }

    private async Task FollowAsync(Link link, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (link.Credential == http.Credential)
                return;
            await PrepareCoreAsync(cancellationToken);
            var credential = http.Credential;
            var ticket = await http.CreateTicketAsync(cancellationToken);
            switch (await link.AskAsync(new AuthenticateRequest { Id = "authenticate", Ticket = ticket.Ticket }, options.AnswerTimeout, cancellationToken))
            {
                case SessionFrame:
                    (link.Credential, _askedInVain) = (credential, false);
                    break;
                case ErrorFrame error:
                    throw new ImException(error.Code, error.Message);
                default:
                    throw new ImException(ImCodes.Disconnected, "The connection ended before it was authenticated.");
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task PrepareCoreAsync(CancellationToken cancellationToken)
    {
        var nowMs = options.TimeProvider.GetUtcNow().ToUnixTimeMilliseconds();
        if ((http.Credential == _prepared && nowMs - _preparedAtMs < CookieRenewal.TotalMilliseconds) || http.Credential is { IsBearer: true, IsNone: true })
            return;
        await renewal.EnsureFreshAsync(cancellationToken);
        var me = await http.GetMeAsync(cancellationToken);
        if (me.User is { } user && !_begun.Contains(user.Id))
        {
            begin(await http.GetConversationsAsync(cancellationToken));
            _begun.Add(user.Id);
        }
        (_prepared, _preparedAtMs, _askedInVain) = (http.Credential, nowMs, true);
    }
}
