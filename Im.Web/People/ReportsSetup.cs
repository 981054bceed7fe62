using Im.Core.Data;
using Im.Core.Kinds;
using Im.Core.Limits;
using Im.Core.Messages;
using Im.Core.Rooms;
using Im.Protocol;
using Im.Web.Administration;
using Im.Web.Http;
using Im.Web.Sessions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Im.Web.People;

/// <summary>
/// What people tell the administrators about others. A reported line is stored with the report, as its reader saw it: administrators cannot read direct conversations, and who reports one shows it to them.
/// </summary>
internal static class ReportsSetup
{
    public static void MapReports(this IEndpointRouteBuilder api) =>
        api.MapPost("/reports", ReportAsync).RequireLogin()
            .WithTags("People")
            .WithSummary("Report somebody to the administrators")
            .WithDescription($"About a person (`user`), or about a line that you may read (`conversation` and `line`), whose text is stored with the report. The reason has 1 to {ProtocolLimits.MaxReasonChars} characters. They are not told.")
            .Produces(StatusCodes.Status204NoContent)
            .WithProblems(ProblemKind.BadText, ProblemKind.BadRequest, ProblemKind.NotFound, ProblemKind.NotLoggedIn, ProblemKind.SlowDown, ProblemKind.CrossSite, ProblemKind.Unavailable);

    /// <summary>For administrators, whom the group lets in alone.</summary>
    public static void MapReportsOf(this RouteGroupBuilder admin)
    {
        admin.MapGet("/reports", (long? before, bool? closed, Guid? user, ImDbContext database, CancellationToken ct) => ReadAsync(database, before, closed, user, ct))
            .RequireLogin().WithSummary("Reports").WithDescription($"Newest first, {PeopleLimits.PageSize} at a time, those before an id; with `closed` only those that are, or are not, with `user` those about them.").Produces<IReadOnlyList<ReportInfo>>();
        admin.MapPut("/reports/{id:long}", CloseAsync)
            .RequireLogin().WithSummary("Close a report, or open it again").WithDescription("`decision` says what came of it, to those who read it later: " + string.Join(", ", ReportDecisions.All.Select(each => $"`{each}`")) + ".").Produces(StatusCodes.Status204NoContent);
    }

    private static async Task<IResult> ReportAsync(
        ReportRequest request, HttpContext context, ImDbContext database, IConversationStore conversations, IRoomStore rooms, IEventStore store, ISharedBuckets buckets, IOptions<LimitOptions> limits, TimeProvider time,
        CancellationToken cancellationToken)
    {
        var reporter = CurrentSession.UserOf(context);
        if (!VisibleText.IsText(request.Reason, ProtocolLimits.MaxReasonChars))
            return ProblemKind.BadText.Because($"A reason has 1 to {ProtocolLimits.MaxReasonChars} characters, something of it visible, no U+0000.");
        if (request.User.HasValue == request.Conversation.HasValue || request.Conversation.HasValue != request.Line.HasValue)
            return ProblemKind.BadRequest.Because("Give either `user`, or `conversation` and `line`.");
        if (request.User == reporter)
            return ProblemKind.BadRequest.Because("Nobody reports themselves.");
        if (await buckets.TakeAsync("reports", $"{reporter:N}", limits.Value.Reports, 1) is { } wait)
            return (ProblemKind.SlowDown with { RetryAfter = wait }).Because();
        var line = request is { Conversation: { } conversation, Line: { } number } ? await FindAsync(conversation, number, reporter, conversations, rooms, store, cancellationToken) : null;
        var about = line?.From ?? request.User;
        if (about == reporter || !await database.Users.AnyAsync(user => user.Id == about && user.ErasingAt == null, cancellationToken))
            return ProblemKind.NotFound.Because();
        database.Reports.Add(new()
        {
            ReporterId = reporter,
            UserId = about!.Value,
            ConversationId = request.Conversation?.Value,
            Line = request.Line,
            Reason = request.Reason,
            Text = line is null ? null : EventKinds.Preview(line.Kind, line.Content),
            At = time.GetUtcNow().UtcDateTime,
        });
        await database.SaveChangesAsync(cancellationToken);
        return TypedResults.NoContent();
    }

    // Only what who reports may read: a report is no way to find out what is said elsewhere.
    private static async Task<TargetLine?> FindAsync(
        ConversationId conversation, long line, Guid reporter, IConversationStore conversations, IRoomStore rooms, IEventStore store, CancellationToken cancellationToken)
    {
        var room = conversation.IsRoom ? await rooms.FindStandingAsync(conversation, reporter, cancellationToken) : null;
        if (conversation.IsRoom ? room is null : !conversation.IsLobby && await conversations.FindPeerAsync(conversation, reporter, cancellationToken) is null)
            return null;
        return await store.FindLineAsync(conversation, line, room?.Scope, cancellationToken);
    }

    private static async Task<IReadOnlyList<ReportInfo>> ReadAsync(ImDbContext database, long? before, bool? closed, Guid? about, CancellationToken cancellationToken)
    {
        var wanted = database.Reports.AsNoTracking().Where(report => report.Id < (before ?? long.MaxValue));
        if (closed is { } isClosed)
            wanted = isClosed ? wanted.Where(report => report.ClosedAt != null) : wanted.Where(report => report.ClosedAt == null);
        if (about is not null)
            wanted = wanted.Where(report => report.UserId == about);
        var rows = await (
            from report in wanted
            join reporter in database.Users on report.ReporterId equals reporter.Id
            join user in database.Users on report.UserId equals user.Id
            join decider in database.Users on report.ClosedById equals decider.Id into deciders
            from closedBy in deciders.DefaultIfEmpty()
            orderby report.Id descending
            select new { report, Reporter = reporter.UserName, User = user.UserName, ClosedBy = closedBy.UserName }).Take(PeopleLimits.PageSize).ToListAsync(cancellationToken);
        return [.. rows.Select(row => new ReportInfo(row.report.Id, Milliseconds(row.report.At), new(row.report.ReporterId, row.Reporter!), new(row.report.UserId, row.User!), row.report.Reason)
        {
            Conversation = row.report.ConversationId is { } id ? new ConversationId(id) : null,
            Line = row.report.Line,
            Text = row.report.Text,
            Closed = row.report.ClosedAt is { } at ? Milliseconds(at) : null,
            ClosedBy = row.report.ClosedById is { } by ? new(by, row.ClosedBy ?? "") : null,
            Decision = row.report.Decision,
        })];

        static long Milliseconds(DateTime at) => new DateTimeOffset(at).ToUnixTimeMilliseconds();
    }

    private static async Task<IResult> CloseAsync(long id, CloseReportRequest body, HttpContext context, ImDbContext database, Wardens wardens, TimeProvider time, CancellationToken cancellationToken)
    {
        if (body.Decision is not null && (!body.Closed || !ReportDecisions.All.Contains(body.Decision)))
            return ProblemKind.BadRequest.Because("`decision` is one of those listed, of a report that is closed.");
        if (!await database.Reports.AnyAsync(report => report.Id == id, cancellationToken))
            return ProblemKind.NotFound.Because();
        await wardens.WriteAsync(context, body.Closed ? "report.close" : "report.open", $"report {id}", body.Decision, cancellationToken);
        DateTime? at = body.Closed ? time.GetUtcNow().UtcDateTime : null;
        Guid? by = body.Closed ? CurrentSession.UserOf(context) : null;
        await database.Reports.Where(report => report.Id == id).ExecuteUpdateAsync(
            row => row.SetProperty(report => report.ClosedAt, at).SetProperty(report => report.ClosedById, by).SetProperty(report => report.Decision, body.Decision), CancellationToken.None);
        return TypedResults.NoContent();
    }
}
