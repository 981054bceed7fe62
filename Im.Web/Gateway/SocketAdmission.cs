using Im.Core.Limits;
using Im.Core.Sessions;
using Im.ServiceDefaults.Connections;
using Im.Web.Http;
using Im.Web.Sessions;

namespace Im.Web.Gateway;

/// <summary>
/// Counts a WebSocket before it is passed on: there is room for it in the process, for its address and for its user, or it is refused. Whose it is, is the node's to decide; here
/// it only says who has how many. Where Redis does not say it at once, the node's count must do.
/// </summary>
internal sealed class SocketAdmission(ConnectionCounts counts, ProxyNetworks proxies, SessionCookies cookies, ISessionManager sessions)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private static readonly ProblemKind Full = ProblemKind.SlowDown with { RetryAfter = TimeSpan.FromSeconds(5) };

    /// <summary>Either a place, to be disposed when the WebSocket has ended, or null and the request is answered.</summary>
    public async Task<SocketPlace?> EnterAsync(HttpContext context)
    {
        switch (counts.TryEnter(proxies.OwnerOf(context.Connection.RemoteIpAddress), context.FindPlainPlace(), out var place))
        {
            case Room.OwnerIsFull:
                await Full.WriteAsync(context, "This address has as many open connections as it may have.");
                return null;
            case Room.AllIsFull:
                await (ProblemKind.Unavailable with { RetryAfter = Full.RetryAfter }).WriteAsync(context, "This server has as many open connections as it may have.");
                return null;
        }
        var isTaken = false;
        try
        {
            isTaken = place!.TryBecome(await FindUserAsync(context));
            if (!isTaken)
                await Full.WriteAsync(context, "This user has as many open connections as there may be.");
            return isTaken ? place : null;
        }
        finally
        {
            if (!isTaken)
                place!.Dispose();
        }
    }

    private async Task<string?> FindUserAsync(HttpContext context)
    {
        try
        {
            return await FindSessionAsync(context).WaitAsync(Patience) is { UserId: { } user } ? $"{user:N}" : null;
        }
        catch (Exception e) when (e is SessionsUnavailableException or TimeoutException)
        {
            return null;
        }
    }

    private async Task<Session?> FindSessionAsync(HttpContext context) =>
        context.Request.Headers.Authorization.Count == 0 ? (await cookies.FindAsync(context, context.RequestAborted))?.Session
        : Bearer.Of(context.Request) is { } bearer ? await sessions.FindBearerAsync(bearer, context.RequestAborted)
        : null;
}
