using Im.Core.Messages;
using Im.Core.Sessions;
using Im.Protocol;
using Im.Realtime.Connections;

namespace Im.Realtime.Sessions;

/// <summary>
/// Another tab of this browser logged in: with a ticket, which only the new cookie gets, this open connection becomes that user's. A socket that was merely opened
/// with the old guest cookie (session fixation) cannot follow.
/// </summary>
internal sealed class AuthenticateHandler(ISessionManager sessions, IUserDirectory users, SessionBinding binding)
{
    private const int RetryAfterMs = 5_000;

    public async Task HandleAsync(ClientConnection connection, AuthenticateRequest frame)
    {
        if (await sessions.RedeemTicketAsync(frame.Ticket) is not { UserId: { } userId, Widget: null } session || await users.FindAsync(userId) is not { } user)
            throw new FrameRefusedException(ErrorCodes.BadTicket, "The ticket is used, expired or was never given.");
        if (!connection.MayBecome(user))
            throw new FrameRefusedException(ErrorCodes.SlowDown, "This user has as many open connections as there may be.") { RetryAfterMs = RetryAfterMs };
        if (!await binding.BindAsync(connection, session.Id, user, new SessionFrame(SessionFrame.Authenticated) { Id = frame.Id, Session = session.Id, User = user }))
            throw new FrameRefusedException(ErrorCodes.BadTicket, "The session has been logged out meanwhile.");
    }
}
