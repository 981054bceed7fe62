using Im.Core.Accounts;
using Im.Core.Data;
using Im.Core.Limits;
using Im.Protocol;
using Im.Realtime.Connections;
using Microsoft.Extensions.Options;

namespace Im.Realtime.Limits;

/// <summary>Every frame passes here before its handler sees it: not too fast, and from somebody who may.</summary>
internal sealed class FrameGate(UserPace users, ReadBudget reads, IUserStandings standings, IOptions<LimitOptions> options, TimeProvider time)
{
    /// <exception cref="FrameRefusedException"/>
    public async ValueTask EnterAsync(ClientConnection connection, ClientFrame frame, int bytes)
    {
        var limits = options.Value;
        if (connection.Pace.Frame(bytes, limits, time) is { } wait)
            throw SlowDown(connection, wait);
        switch (frame)
        {
            case LinesRequest or EventsRequest or HistoryRequest or ConversationsRequest or PeopleRequest when reads.Wait(connection.ReadOwner) is { } spent:
                throw SlowDown(connection, spent);
            case LinesRequest or EventsRequest or HistoryRequest or ConversationsRequest or PeopleRequest or ReadRequest or ReadLineRequest or UnreadRequest or WayRequest or AuthenticateRequest when connection.Pace.Read(limits, time) is { } later:
                throw SlowDown(connection, later);
            case PostFrame or SendFrame or TypingRequest when connection.User is { } user:
                // First of all: whatever then keeps the message from being stored for a reason of ours gives it back.
                if (await (frame is TypingRequest ? users.Typing : users.Messages).TakeAsync(user.Id) is { } closed)
                    throw SlowDown(connection, closed);
                if (!await MayWriteAsync(user.Id, isTyping: frame is TypingRequest))
                    throw new FrameRefusedException(ErrorCodes.Muted, "You may not write at the moment.");
                break;
        }
        if (connection.Widget is { } widget)
            BoundToOne(widget.Conversation, frame);
    }

    // "Not for you" and "not there" are one answer.
    private static void BoundToOne(ConversationId only, ClientFrame frame)
    {
        if (frame is PeopleRequest or AuthenticateRequest or WayRequest || frame is ConversationsRequest { After: not null })
            throw new FrameRefusedException(ErrorCodes.Forbidden, "A widget's connection is for one conversation.");
        if (frame is ConversationFrame about && (about.User is not null || about.Conversation is { } named && named != only))
            throw new FrameRefusedException(ErrorCodes.NotFound, "There is no such user or conversation.");
    }

    /// <summary>What the servers refuse for their own reasons costs its sender no message.</summary>
    public void GiveBack(Guid userId) => users.Messages.GiveBack(userId);

    // A message needs the database anyway; typing goes on without it.
    private async ValueTask<bool> MayWriteAsync(Guid userId, bool isTyping)
    {
        try
        {
            var standing = await standings.FindAsync(userId);
            return !standing.IsBanned(time.GetUtcNow()) && !standing.IsMuted(time.GetUtcNow());
        }
        catch (StoreUnavailableException) when (isTyping)
        {
            return true;
        }
    }

    private FrameRefusedException SlowDown(ClientConnection connection, TimeSpan wait)
    {
        var (strikes, retryAfterMs) = connection.Pace.Refuse(wait, time);
        if (strikes > ProtocolLimits.MaxSlowDownsPerMinute)
            connection.Outbox.Close(CloseCodes.TooFast, "too fast");
        return new(ErrorCodes.SlowDown, "Too fast.") { RetryAfterMs = retryAfterMs };
    }
}
