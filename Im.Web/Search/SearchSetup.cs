using Im.Core.Limits;
using Im.Core.Search;
using Im.Protocol;
using Im.Web.Conversations;
using Im.Web.Http;
using Im.Web.Sessions;
using Microsoft.Extensions.Options;

namespace Im.Web.Search;

/// <summary><c>/api/search</c>: texts among those that one may read.</summary>
internal static class SearchSetup
{
    private const string Link = "link", File = "file";
    private static readonly long MaxTime = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    public static void MapSearch(this IEndpointRouteBuilder api) => api.MapGet("/search", SearchAsync).RequireLogin().WithTags("Search")
        .WithSummary("Search")
        .WithDescription($"Texts, and names and captions of files, of the lobby, of one's direct conversations and rooms, newest first. `q`, at most {SearchLimits.MaxQueryChars} characters, has words, all of which each must have, or a phrase in quotes; "
            + $"`conversation`, `from` (a user's id), `since` and `until` (Unix milliseconds) and `has={Link}` or `has={File}` say more, and one of `q`, `from` and `has` must be there. `limit` is 1 to {SearchLimits.MaxPage}, "
            + $"{SearchLimits.DefaultPage} when not given. `next` is the next page's `after`.")
        .Produces<SearchResponse>()
        .WithProblems(ProblemKind.BadRequest, ProblemKind.NotLoggedIn, ProblemKind.SlowDown, ProblemKind.Unavailable);

    private static async Task<IResult> SearchAsync(
        string? q, string? conversation, Guid? from, long? since, long? until, string? has, string? after, int? limit,
        HttpContext context, ISearchStore store, ISharedBuckets buckets, IOptions<LimitOptions> limits, MeteredReads reads, CancellationToken cancellationToken)
    {
        if (q is { Length: > SearchLimits.MaxQueryChars })
            return ProblemKind.BadRequest.Because($"`q` has at most {SearchLimits.MaxQueryChars} characters.");
        if (has is not (null or Link or File))
            return ProblemKind.BadRequest.Because($"`has` is `{Link}` or `{File}`.");
        if (limit is < 1 or > SearchLimits.MaxPage || since < 0 || since > MaxTime || until < 0 || until > MaxTime)
            return ProblemKind.BadRequest.Because($"`limit` is 1 to {SearchLimits.MaxPage}, `since` and `until` are Unix milliseconds.");
        SearchCursor? cursor = null;
        if (after is not null && !SearchCursor.TryParse(after, out cursor))
            return ProblemKind.BadRequest.Because("`after` is the `next` of the page before.");
        ConversationId? only = null;
        if (conversation is not null)
            if (ConversationId.TryParse(conversation, out var id))
                only = id;
            else
                return ProblemKind.BadRequest.Because("`conversation` is the id of one.");
        var terms = SearchTerms.Parse(q ?? "");
        if (terms.IsEmpty && (from is null && has is null || !string.IsNullOrWhiteSpace(q)))
            return ProblemKind.BadRequest.Because("There is nothing in it to look for.");
        var user = CurrentSession.UserOf(context);
        if (await buckets.TakeAsync("searches", $"{user:N}", limits.Value.Searches, 1) is { } wait)
            return (ProblemKind.SlowDown with { RetryAfter = wait }).Because();
        return await reads.AnswerAsync(context, () =>
            store.SearchAsync(user, new(terms, limit ?? SearchLimits.DefaultPage, only, from, since, until, has == Link, cursor, has == File), cancellationToken));
    }
}
