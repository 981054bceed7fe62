using Im.Core.Accounts;
using Im.Core.Files;
using Im.Core.Kinds;
using Im.Core.Messages;
using Im.Core.Rooms;
using Im.Protocol;

namespace Im.Core.Posting;

/// <summary>Whether an event may be stored, as its kind says, and the form in which it is. For whoever takes events from clients: nodes and the web server.</summary>
public sealed class PostRules(IEventStore store, IUserStandings standings, IFileRecords files)
{
    private static readonly Refusal Apart = new(ErrorCodes.Forbidden, "There are no direct messages between you and this person.");
    private static readonly Refusal NoTarget = new(ErrorCodes.NotFound, "There is no such line, or it was recalled.");
    private static readonly Refusal NoFile = new(ErrorCodes.NotFound, "You have uploaded no such file, or it is posted already.");
    private static readonly Refusal QuotaFull = new(ErrorCodes.QuotaFull, "The conversation has no room for another file of this size.");

    /// <summary>What can be said of an event without asking anybody. Before <see cref="CheckAsync"/>.</summary>
    public static (CheckedPost? Post, Refusal? Refusal) Check(UserInfo from, string kindName, long? target, RawJson content)
    {
        if (EventKinds.Find(kindName) is not { IsForClients: true } kind)
            return (null, new(ErrorCodes.UnknownKind, "There is no such kind of event."));
        if (kind.Effect is not null && target is null)
            return (null, new(ErrorCodes.BadFrame, "\"target\" is missing: the line it is about."));
        if (kind.Effect is null && target is not null && !kind.MayReply)
            return (null, new(ErrorCodes.BadFrame, $"A {kind.Name} has no \"target\"."));
        return kind.Check(content, from, out var checkedContent) is { } bad ? (null, bad) : (new(from, kind, target, checkedContent), null);
    }

    /// <param name="to">Where it belongs: in a direct conversation the other member.</param>
    /// <param name="room">In a room what the user may do there.</param>
    /// <param name="at">When it was taken, Unix milliseconds.</param>
    /// <param name="node">Who took it.</param>
    /// <exception cref="Data.StoreUnavailableException">A target, or what the user may do, could not be looked up.</exception>
    public async ValueTask<(NewEvent? Event, Refusal? Refusal)> CheckAsync(
        CheckedPost post, ConversationId conversation, Guid? to, string id, long at, string node, RoomStanding? room = null)
    {
        var (from, kind, target, content) = post;
        if (room is { Role: null } or { Archived: true } && !await store.IsStoredAsync(conversation, from.Id, id))
            return (null, room.Role is null ? new(ErrorCodes.NotFound, "You are no member of this room any more.") : new(ErrorCodes.Forbidden, "The room was archived."));
        var standing = await standings.FindAsync(from.Id);
        // One's own words may still be taken back.
        if (standing.IsApartFrom(to) && kind != EventKinds.Recall && !await store.IsStoredAsync(conversation, from.Id, id))
            return (null, Apart);
        var by = new PostedBy(from, standing.IsAdmin || room?.IsAdministrator == true, conversation, to);
        var line = target is { } number ? await store.FindLineAsync(conversation, number, room?.Scope) : null;
        // What is sent again was allowed the first time, whatever has become of its line since (a recall itself erases it): the store finds it.
        if (RefusalOf(kind, by, content, target, line) is { } refused && !await store.IsStoredAsync(conversation, from.Id, id))
            return (null, refused);
        if (kind.FileOf(content.Content) is { } file)
        {
            var found = await files.FindUnpostedAsync(file, from.Id, conversation);
            if (found is not { Fits: true } && !await store.IsStoredAsync(conversation, from.Id, id))
                return (null, found is null ? NoFile : QuotaFull);
            if (found is { File: var known })
                content = content with { Content = kind.WithFile(content.Content, known) };
        }
        return (new(conversation, new(from.Id, from.Nickname), to, id, kind, content, at, node) { Target = target }, null);
    }

    private static Refusal? RefusalOf(EventKind kind, PostedBy by, CheckedContent content, long? target, TargetLine? line) =>
        target is not null && (line is null || line.Content is null && kind.Effect is not null) ? NoTarget
        : line is not null && kind.TargetKind is { } wanted && line.Kind != wanted ? new(ErrorCodes.BadContent, $"A {kind.Name} is about a line of kind {wanted}.")
        : kind.Authorise(by, content, line);
}

/// <summary>An event of which its kind has checked the content.</summary>
public sealed record CheckedPost(UserInfo From, EventKind Kind, long? Target, CheckedContent Content);
