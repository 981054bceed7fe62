using System.Globalization;
using Im.Core.Accounts;
using Im.Core.Limits;
using Im.Core.Messages;
using Im.Core.Posting;
using Im.Core.Rooms;
using Im.Core.Sessions;
using Im.Core.Widgets;
using Im.Protocol;
using Im.Web.Accounts;
using Im.Web.Http;
using Im.Web.Programs;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace Im.Web.Widgets;

/// <summary><c>/api/widget</c> for the server of a site, with an API key: a token for each page that it sends to somebody, and an end of that somebody.</summary>
internal static class WidgetTokensSetup
{
    /// <summary>So many people of one name a site may have before the numbers are random.</summary>
    private const int CountedNames = 5, RandomNames = 15;

    public static void MapWidgetTokens(this IEndpointRouteBuilder api)
    {
        var widget = api.MapGroup("/widget").WithTags("Widget");
        widget.MapPost("/tokens", CreateAsync)
            .WithSummary("A token for a page with the widget")
            .WithDescription("`Authorization: Bearer imk_…`, a key with the scope `widget`, whose owner an administrator has allowed the page's origin. Good once, for one person in one conversation: the lobby, or a room that the owner looks after.")
            .Produces<WidgetTokenResponse>()
            .WithCredentials(ApiDescription.Key)
            .WithProblems(ProblemKind.BadRequest, ProblemKind.BadNickname, ProblemKind.NicknameTaken, ProblemKind.NotLoggedIn, ProblemKind.Forbidden, ProblemKind.Banned, ProblemKind.NotFound, ProblemKind.SlowDown,
                ProblemKind.CrossSite, ProblemKind.Unavailable);
        widget.MapDelete("/users/{id:guid}", EraseAsync)
            .WithSummary("Delete somebody's account")
            .WithDescription("With a key as above: of somebody who came with the owner's keys.")
            .Produces<EndedResponse>()
            .WithCredentials(ApiDescription.Key)
            .WithProblems(ProblemKind.BadRequest, ProblemKind.NotLoggedIn, ProblemKind.Forbidden, ProblemKind.NotFound, ProblemKind.CrossSite, ProblemKind.Unavailable);
        widget.MapDelete("/users/{id:guid}/sessions", EndSessionsAsync)
            .WithSummary("Sign somebody out")
            .WithDescription("With a key as above. Their connections close with 4401; a token that was not used yet still is good.")
            .Produces<EndedResponse>()
            .WithCredentials(ApiDescription.Key)
            .WithProblems(ProblemKind.NotLoggedIn, ProblemKind.Forbidden, ProblemKind.NotFound, ProblemKind.CrossSite, ProblemKind.Unavailable);
    }

    private static async Task<IResult> CreateAsync(
        WidgetTokenRequest request, HttpContext context, ApiKeyReader keys, IUserDirectory users, IUserStandings standings, ISharedBuckets buckets, IOptions<LimitOptions> limits, IWidgetSites sites, IWidgetStore widgets,
        IRoomStore rooms, Profiles profiles, IWidgetTokens tokens, TimeProvider time, CancellationToken cancellationToken)
    {
        var (owner, key, problem) = await OwnerAsync(context, keys, users, cancellationToken);
        if (owner is null)
            return problem!;
        if (Check(request) is { } bad)
            return bad;
        if (await buckets.TakeAsync("widget-tokens", $"{owner.Id:N}", limits.Value.WidgetTokens, 1) is { } wait)
            return (ProblemKind.SlowDown with { RetryAfter = wait }).Because();
        if ((await standings.FindAsync(owner.Id, cancellationToken)).IsBanned(time.GetUtcNow()))
            return ProblemKind.Banned.Because();
        if (!WidgetOrigin.TryParse(request.Origin, out var origin) || await sites.FindAsync(origin, cancellationToken) is not { } site || site.Owner != owner.Id)
            return ProblemKind.Forbidden.Because("No administrator has allowed this origin for the key's owner.");
        if (!request.Conversation.IsLobby && (!request.Conversation.IsRoom || await rooms.FindStandingAsync(request.Conversation, owner.Id, cancellationToken) is not { IsAdministrator: true }))
            return ProblemKind.NotFound.Because("There is no such room that the key's owner looks after.");
        if (!Nickname.TryParse(Shorten(request.User.Name), out var name))
            return ProblemKind.BadNickname.Because("`name` is within the rule of nicknames.");
        var account = await widgets.FindOrCreateAsync(owner.Id, request.User.Id, name, $"{new Uri(site.Origin).Authority}", NamesOf(name, site.Label), cancellationToken);
        if (account is null)
            return ProblemKind.NicknameTaken.Because("Too many people of this name.");
        if (account.Changed)
            await profiles.AnnounceAsync(account.User, cancellationToken);
        if ((await standings.FindAsync(account.User.Id, cancellationToken)).IsBanned(time.GetUtcNow()))
            return ProblemKind.Banned.Because();
        var seconds = request.ExpiresInSeconds ?? WidgetLimits.TokenSeconds;
        var token = await tokens.CreateAsync(new(key, owner.Id, site.Id, site.Origin, account.User.Id, request.Conversation), TimeSpan.FromSeconds(seconds), cancellationToken);
        return TypedResults.Ok(new WidgetTokenResponse(token, seconds, account.User));
    }

    private static async Task<IResult> EraseAsync(
        Guid id, [FromBody] EraseUserRequest body, HttpContext context, ApiKeyReader keys, IUserDirectory users, IWidgetStore widgets, ISessionManager sessions, IAccountData accounts, IUserStandings standings,
        EventPublisher publisher, CancellationToken cancellationToken)
    {
        var (owner, _, problem) = await OwnerAsync(context, keys, users, cancellationToken);
        if (owner is null || !await widgets.IsOfAsync(owner.Id, id, cancellationToken))
            return problem ?? ProblemKind.NotFound.Because();
        foreach (var told in await accounts.EraseAsync(id, body.RemoveMessages, CancellationToken.None))
            await publisher.PublishAsync(told, told.At * 1000);
        standings.Invalidate(id);
        await sessions.AnnounceStandingAsync(id, CancellationToken.None);
        return TypedResults.Ok(new EndedResponse(await sessions.DestroyAllAsync(id, reason: EndReasons.AccountDeleted, ct: CancellationToken.None)));
    }

    private static async Task<IResult> EndSessionsAsync(
        Guid id, HttpContext context, ApiKeyReader keys, IUserDirectory users, IWidgetStore widgets, ISessionManager sessions, CancellationToken cancellationToken)
    {
        var (owner, _, problem) = await OwnerAsync(context, keys, users, cancellationToken);
        return owner is null || !await widgets.IsOfAsync(owner.Id, id, cancellationToken) ? problem ?? ProblemKind.NotFound.Because()
            : TypedResults.Ok(new EndedResponse(await sessions.DestroyAllAsync(id, ct: cancellationToken)));
    }

    private static async Task<(UserInfo? Owner, Guid Key, IResult? Problem)> OwnerAsync(HttpContext context, ApiKeyReader keys, IUserDirectory users, CancellationToken cancellationToken)
    {
        if (await keys.FindAsync(context.Request, cancellationToken) is not { } key || await users.FindAsync(key.OwnerId, cancellationToken) is not { } owner)
            return (null, default, ProblemKind.NotLoggedIn.Because("There is no such key."));
        return key.Scopes.Contains(ApiScopes.Widget) ? (owner, key.Id, null) : (null, default, ProblemKind.Forbidden.Because("The key's scopes do not include this."));
    }

    private static IResult? Check(WidgetTokenRequest request)
    {
        if (request.User.Id.Length is 0 or > WidgetLimits.MaxSubjectChars || request.User.Id.Any(char.IsControl) || !VisibleText.IsWellFormed(request.User.Id))
            return ProblemKind.BadRequest.Because($"`user.id` has 1 to {WidgetLimits.MaxSubjectChars} characters, no control characters.");
        return request.ExpiresInSeconds is < WidgetLimits.MinTokenSeconds or > WidgetLimits.MaxTokenSeconds
            ? ProblemKind.BadRequest.Because($"`expiresInSeconds` is {WidgetLimits.MinTokenSeconds} to {WidgetLimits.MaxTokenSeconds}.") : null;
    }

    private static string Shorten(string name)
    {
        var trimmed = VisibleText.Trim(name);
        var elements = new StringInfo(trimmed);
        return elements.LengthInTextElements <= ProtocolLimits.MaxNicknameElements ? trimmed : VisibleText.Trim(elements.SubstringByTextElements(0, ProtocolLimits.MaxNicknameElements));
    }

    /// <summary>What somebody may be called: their name and where they come from, with a number where another one of the site has that name. No account that joins here can have such a nickname.</summary>
    private static IEnumerable<WidgetName> NamesOf(string name, string label)
    {
        var numbers = Enumerable.Range(2, CountedNames).Select(number => $" {number}").Concat(Enumerable.Range(0, RandomNames).Select(_ => $" {Random.Shared.Next(1_000, 1_000_000)}"));
        foreach (var number in numbers.Prepend(""))
        {
            var nickname = $"{name}{number}{WidgetLimits.LabelMark}{label}";
            yield return new(nickname, Nickname.KeyOf(nickname), Skeleton.Of(nickname));
        }
    }
}
