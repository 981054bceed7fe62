using Im.Core.Messages;
using Im.Core.Posting;
using Im.Core.Rooms;
using Im.Protocol;
using Im.Web.Http;

namespace Im.Web.Programs;

/// <summary>Stores what a program posts over HTTP, by the rules that a node has, and tells of it.</summary>
internal sealed class ProgramPosts(PostRules rules, IEventStore store, EventPublisher publisher, TimeProvider time)
{
    /// <summary>What a published event calls its node.</summary>
    private const string Origin = "web";

    /// <param name="id">The same for each retry.</param>
    /// <param name="room">In a room what the program may do there.</param>
    /// <returns>Either a line or a problem.</returns>
    public async Task<(EventFrame? Committed, bool Duplicate, IResult? Problem)> StoreAsync(
        CheckedPost post, ConversationId conversation, Guid? to, string id, RoomStanding? room, CancellationToken cancellationToken)
    {
        try
        {
            var (added, refusal) = await rules.CheckAsync(post, conversation, to, id, time.GetUtcNow().ToUnixTimeMilliseconds(), Origin, room);
            if (added is null)
                return (null, false, ProblemKind.Forbidden.Because(refusal!.Message));
            var (committed, duplicate) = await store.AppendAsync(added, cancellationToken);
            await publisher.PublishAsync(committed, committed.At * 1000);
            return (committed, duplicate, null);
        }
        catch (MessageRejectedException) // who it is from or to was deleted, or left the room, since they were looked up
        {
            return (null, false, ProblemKind.NotFound.Because());
        }
    }
}
