using Im.Core.Messages;
using Im.Protocol;
using Im.Web.Http;
using Im.Web.Sessions;

namespace Im.Web.Conversations;

/// <summary>Conversations and their history over HTTP, for programs that hold no socket. The lobby is everybody's to read; a direct conversation its two members'.</summary>
internal static class ConversationsSetup
{
    public static void MapConversations(this IEndpointRouteBuilder routes)
    {
        var conversations = routes.MapGroup("/conversations").WithTags("Conversations");
        conversations.MapGet("", ListAsync)
            .RequireLogin()
            .WithSummary("My conversations")
            .WithDescription($"The lobby and the user's direct conversations, newest first, at most {ProtocolLimits.MaxConversations}.")
            .Produces<IReadOnlyList<ConversationSummary>>()
            .WithProblems(ProblemKind.NotLoggedIn, ProblemKind.SlowDown, ProblemKind.Unavailable);
        conversations.MapGet("/{id}/messages", ReadAsync)
            .WithSummary("A page of history")
            .WithDescription($"Messages ascending by seq: those before or after a seq (not both), else the newest. `limit` is 1 to {ProtocolLimits.MaxPageMessages}, "
                + $"{ProtocolLimits.DefaultPageMessages} when not given. `more`: there are further ones in that direction. The lobby needs no login.")
            .Produces<MessagesResponse>()
            .WithProblems(ProblemKind.BadRequest, ProblemKind.NotLoggedIn, ProblemKind.NotFound, ProblemKind.SlowDown, ProblemKind.Unavailable);
    }

    private static Task<IResult> ListAsync(HttpContext context, IConversationStore conversations, MeteredReads reads, CancellationToken cancellationToken) =>
        reads.AnswerAsync(context, () => conversations.ListAsync(CurrentSession.UserOf(context), cancellationToken));

    private static async Task<IResult> ReadAsync(
        string id, long? before, long? after, int? limit,
        HttpContext context, IConversationStore conversations, IMessageStore messages, MeteredReads reads, CancellationToken cancellationToken)
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
            var page = await messages.ReadAsync(conversation, before, after, limit ?? ProtocolLimits.DefaultPageMessages, cancellationToken);
            return new MessagesResponse(conversation, page.Messages, page.LastSeq, page.More);
        });
    }
}
