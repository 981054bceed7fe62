using Im.Core.Accounts;
using Im.Core.Bus;
using Im.Core.Kinds;
using Im.Core.Limits;
using Im.Core.Messages;
using Im.Core.Posting;
using Im.Core.Rooms;
using Im.Protocol;
using Im.Protocol.Kinds;
using Im.Web.Http;
using Im.Web.Sessions;
using Microsoft.Extensions.Options;

namespace Im.Web.Rooms;

/// <summary>What all changes of rooms have in common: who asks, not too often, the publish of what happened, the answer.</summary>
internal sealed class RoomRequests(
    IHttpContextAccessor http, IRoomStore store, IUserDirectory users, IUserStandings standings, ISharedBuckets buckets, IOptions<LimitOptions> limits, EventPublisher publisher, IBus bus, TimeProvider time)
{
    private const string Origin = "web";

    public IRoomStore Store => store;

    private HttpContext Context => http.HttpContext!;

    public static bool TryReadId(string id, out ConversationId room) => ConversationId.TryParse(id, out room) && room.IsRoom;

    public Task<IResult> ChangeAsync(string id, Func<ConversationId, SenderInfo, Task<RoomResult>> change, bool writes = false, bool isAnswered = true) =>
        TryReadId(id, out var room) ? ChangeAsync(by => change(room, by), writes: writes, isAnswered: isAnswered) : Task.FromResult(ProblemKind.NotFound.Because());

    /// <param name="creates">A room: counted apart.</param>
    /// <param name="writes">What everybody reads: not while muted.</param>
    /// <param name="isAnswered">With the room as it is now; else 204.</param>
    public async Task<IResult> ChangeAsync(Func<SenderInfo, Task<RoomResult>> change, bool creates = false, bool writes = false, bool isAnswered = true)
    {
        var (by, problem) = await EnterAsync(creates, writes);
        if (by is null)
            return problem!;
        var done = await change(by);
        if (done.Refusal is { } refusal)
            return ProblemOf(refusal);
        await PublishAsync(done.Events);
        foreach (var invited in done.Events.Select(EventKinds.Member.Of).Where(member => member?.What == MemberDeeds.Invited))
            await bus.TryPublishAsync(BusTopic.User(invited!.User), new(BusKind.LaterFrame, Origin, ProtocolJson.Write(new InvitationFrame(done.Room!.Conversation, done.Room.Title, by))));
        return isAnswered ? TypedResults.Ok(new RoomResponse(done.Room!, done.Events is [var first, ..] ? first.Seq : null)) : TypedResults.NoContent();
    }

    /// <summary>What was stored, to be told.</summary>
    public Task PublishAsync(IEnumerable<EventFrame> stored) => publisher.PublishAsync(stored);

    /// <summary>Who asks, where they may: each change takes a token, also one that is refused, so that nobody tries out ids or links.</summary>
    public async Task<(SenderInfo? By, IResult? Problem)> EnterAsync(bool creates = false, bool writes = false)
    {
        var userId = CurrentSession.UserOf(Context);
        if (await users.FindAsync(userId) is not { } user)
            return (null, ProblemKind.NotLoggedIn.Because());
        if (writes && (await standings.FindAsync(userId)).IsMuted(time.GetUtcNow()))
            return (null, ProblemKind.Muted.Because());
        if (await buckets.TakeAsync(creates ? "rooms" : "room-changes", $"{userId:N}", creates ? limits.Value.Rooms : limits.Value.RoomChanges, 1) is { } wait)
            return (null, (ProblemKind.SlowDown with { RetryAfter = wait }).Because());
        return (new(user.Id, user.Nickname), null);
    }

    public static IResult ProblemOf(RoomRefusal refusal) => (refusal switch
    {
        RoomRefusal.Forbidden => ProblemKind.Forbidden,
        RoomRefusal.TooMany => ProblemKind.TooMany,
        RoomRefusal.Taken => ProblemKind.NicknameTaken,
        _ => ProblemKind.NotFound,
    }).Because();
}
