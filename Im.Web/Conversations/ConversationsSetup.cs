using Im.Core.Messages;
using Im.Protocol;
using Im.Web.Http;
using Im.Web.Sessions;

namespace Im.Web.Conversations;

/// <summary>Conversations and their history over HTTP, for programs that hold no socket. The lobby is everybody's to read; a direct conversation its two members'.</summary>
internal static class ConversationsSetup
{
    private const string UnreadHeader = "X-Im-Unread";

    public static void MapConversations(this IEndpointRouteBuilder routes)
    {
        var conversations = routes.MapGroup("/conversations").WithTags("Conversations");
        conversations.MapGet("", ListAsync)
            .RequireLogin()
            .WithSummary("My conversations")
            .WithDescription("The lobby and the user's direct conversations, those in which the user has written before those of strangers, each newest first, "
                + "with the numbers of lines as seq, "
                + $"at most {ProtocolLimits.MaxConversations} on a page. The header `Link` has the next page; `{UnreadHeader}`, on the first page, what is unread on all.")
            .Produces<IReadOnlyList<ConversationSummary>>()
            .WithProblems(ProblemKind.BadRequest, ProblemKind.NotLoggedIn, ProblemKind.SlowDown, ProblemKind.Unavailable);
        conversations.MapGet("/{id}/messages", ReadAsync)
            .WithSummary("A page of history")
            .WithDescription($"Messages ascending by seq, which is the line's number: those before or after one (not both), else the newest. A line that is no text, such as a poll, is told as one. `limit` is 1 to {ProtocolLimits.MaxPageMessages}, "
                + $"{ProtocolLimits.DefaultPageMessages} when not given. `more`: there are further ones in that direction. The lobby needs no login.")
            .Produces<MessagesResponse>()
            .WithCredentials(null, ApiDescription.Session, ApiDescription.Bearer)
            .WithProblems(ProblemKind.BadRequest, ProblemKind.NotLoggedIn, ProblemKind.NotFound, ProblemKind.SlowDown, ProblemKind.Unavailable);
    }

    private static async Task<IResult> ListAsync(string? after, HttpContext context, IConversationStore conversations, MeteredReads reads, CancellationToken cancellationToken)
    {
        ConversationCursor? cursor = null;
        if (after is not null && !ConversationCursor.TryParse(after, out cursor))
            return ProblemKind.BadRequest.Because("`after` is the one of a `Link`.");
        return await reads.AnswerAsync(context, async () =>
        {
            var page = await conversations.ListPageAsync(CurrentSession.UserOf(context), cursor, rooms: false, cancellationToken);
            // An array from the beginning, so what belongs to all of the list is in headers.
            if (page.Next is { } next)
                context.Response.Headers.Link = $"<{HttpSetup.ApiPath}/conversations?after={next}>; rel=\"next\"";
            if (page.Unread is { } unread)
                context.Response.Headers[UnreadHeader] = $"{unread}";
            return (IReadOnlyList<ConversationSummary>)[.. page.Conversations.Select(info => VersionOne.ToSummary(info) with { LastEventSeq = info.LastSeq })];
        });
    }

    private static async Task<IResult> ReadAsync(
        string id, long? before, long? after, int? limit,
        HttpContext context, IConversationStore conversations, IEventStore events, MeteredReads reads, CancellationToken cancellationToken)
    {
        if (before is not null && after is not null)
            return ProblemKind.BadRequest.Because("`before` or `after`, not both.");
        if (before < 0 || after < 0 || limit is < 1 or > ProtocolLimits.MaxPageMessages)
            return ProblemKind.BadRequest.Because($"A seq is not negative; `limit` is 1 to {ProtocolLimits.MaxPageMessages}.");
        if (!ConversationId.TryParse(id, out var conversation))
            return ProblemKind.NotFound.Because();
        if (!conversation.IsLobby)
        {
            if (CurrentSession.Of(context)?.Session.UserId is not { } userId)
                return ProblemKind.NotLoggedIn.Because();
            if (await conversations.FindPeerAsync(conversation, userId, cancellationToken) is null)
                return ProblemKind.NotFound.Because();
        }
        return await reads.AnswerAsync(context, async () =>
        {
            var page = await events.ReadMessagesAsync(conversation, before, after, limit ?? ProtocolLimits.DefaultPageMessages, cancellationToken);
            return new MessagesResponse(conversation, page.Messages, page.LastSeq, page.More);
        });
    }
}
