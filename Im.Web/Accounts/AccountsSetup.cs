using Im.Core;
using Im.Core.Data;
using Im.Core.Limits;
using Im.Core.Notifications;
using Im.Core.Sessions;
using Im.Protocol;
using Im.Web.Http;
using Im.Web.Sessions;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Im.Web.Accounts;

/// <summary>Join, log in, log out, and one's own profile.</summary>
internal static class AccountsSetup
{
    public static IHostApplicationBuilder AddAccounts(this IHostApplicationBuilder builder)
    {
        builder.Services.AddIdentityCore<ImUser>(options =>
        {
            options.User.AllowedUserNameCharacters = ""; // any: Nickname has looked at them
            options.Password.RequiredLength = ProtocolLimits.MinPasswordChars;
            options.Password.RequiredUniqueChars = 1;
            options.Password.RequireDigit = options.Password.RequireLowercase = options.Password.RequireUppercase = options.Password.RequireNonAlphanumeric = false;
            options.Lockout.MaxFailedAccessAttempts = 10;
            options.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(5);
        }).AddEntityFrameworkStores<ImDbContext>();
        builder.Services.AddSingleton<ILookupNormalizer, Nickname>();
        builder.Services.AddSingleton<PasswordGate>();
        builder.Services.AddScoped<Logins>();
        builder.Services.AddScoped<Entrance>();
        builder.Services.AddScoped<Profiles>();
        builder.Services.AddScoped<Recovery>();
        builder.Services.AddSingleton<SessionKeeper>();
        builder.Services.AddSingleton<GuestLimit>();
        builder.Services.AddSingleton<Exports>();
        builder.Services.AddHostedService<NicknameUpgrade>();
        builder.Services.AddHostedService<LoginWarmUp>();
        return builder;
    }

    public static void MapAccounts(this IEndpointRouteBuilder routes)
    {
        var accounts = routes.MapGroup("").WithTags("Accounts");
        accounts.MapGet("/me", GetMeAsync)
            .WithSummary("Who am I?")
            .WithDescription("The user of this session, null for a guest, and the session's public id. Sets the cookie when there is none: a guest's session.")
            .Produces<MeResponse>()
            .WithCredentials(null, ApiDescription.Session, ApiDescription.Bearer)
            .WithProblems(ProblemKind.NotLoggedIn, ProblemKind.SlowDown, ProblemKind.Unavailable);
        accounts.MapPut("/me", PutMeAsync)
            .RequireLogin()
            .WithSummary("Change brief and display name")
            .WithDescription($"Shown to everybody, in every session of the user on every node. What is left out stays. A `name` has 1 to {PeopleLimits.MaxNameElements} characters, by the rules of nicknames; an empty one is none. One that is easily taken for another's nickname is `nickname_taken`.")
            .Produces<UserInfo>()
            .WithProblems(ProblemKind.BadBrief, ProblemKind.BadName, ProblemKind.BadRequest, ProblemKind.NotLoggedIn, ProblemKind.NicknameTaken, ProblemKind.Muted, ProblemKind.SlowDown, ProblemKind.CrossSite, ProblemKind.Unavailable);
        accounts.MapGet("/users/{id:guid}", GetUserAsync)
            .RequireLogin()
            .WithSummary("Who is this?")
            .WithDescription("What everybody who is logged in may see of an account, online or not. A deleted one is `not_found`.")
            .Produces<UserInfo>()
            .WithProblems(ProblemKind.NotFound, ProblemKind.NotLoggedIn, ProblemKind.Unavailable);
        accounts.MapPost("/login", LoginAsync)
            .LimitLogins()
            .WithSummary("Join or log in")
            .WithDescription("An unknown nickname joins, or with `\"join\":false` is refused with `unknown_nickname`; a known one needs its password. The cookie gets a new value; open sockets of the browser are told and may follow with a ticket.")
            .Produces<LoginResponse>()
            .WithCredentials(null, ApiDescription.Session)
            .WithProblems(Entrance.Problems);
        accounts.MapPost("/logout", LogoutAsync)
            .WithSummary("Log out")
            .WithDescription("This session is a guest's again, on every tab, at once.")
            .WithCredentials(null, ApiDescription.Session, ApiDescription.Bearer)
            .Produces(StatusCodes.Status204NoContent)
            .WithProblems(ProblemKind.CrossSite, ProblemKind.Unavailable);
    }

    private static async Task<IResult> GetMeAsync(
        HttpContext context, GuestLimit guests, SessionKeeper keeper, Profiles profiles, IConfiguration configuration, IHostEnvironment environment, CancellationToken cancellationToken)
    {
        // A program whose token is worth nothing is to hear of it, not to be given a cookie.
        if (context.Request.Headers.Authorization.Count > 0 && CurrentSession.Of(context) is null)
            return ProblemKind.NotLoggedIn.Because();
        if (guests.Wait(context) is { } wait)
            return (ProblemKind.SlowDown with { RetryAfter = wait }).Because("Too many guests come from this address.");
        var session = await keeper.KeepAsync(context, cancellationToken);
        return TypedResults.Ok(new MeResponse(session.UserId is { } userId ? await profiles.FindAsync(userId, cancellationToken) : null, session.Id)
        {
            Demonstration = Demonstration.IsOn(configuration, environment) ? new(configuration["Dashboard:Address"]) : null,
        });
    }

    private static async Task<IResult> GetUserAsync(Guid id, Profiles profiles, CancellationToken cancellationToken) =>
        await profiles.FindOtherAsync(id, cancellationToken) is { } user ? TypedResults.Ok(user) : ProblemKind.NotFound.Because();

    private static async Task<IResult> PutMeAsync(
        ProfileRequest request, HttpContext context, Profiles profiles, ISharedBuckets buckets, IOptions<LimitOptions> limits, CancellationToken cancellationToken)
    {
        string? brief = null, name = null;
        if (request is { Brief: null, Name: null })
            return ProblemKind.BadRequest.Because("`brief`, `name` or both.");
        if (request.Brief is { } typed && !Brief.TryParse(typed, out brief))
            return ProblemKind.BadBrief.Because(Entrance.BriefRule);
        var userId = CurrentSession.UserOf(context);
        if (request.Name is { } wanted)
        {
            if (wanted.Length > 0 && !Nickname.TryParseName(wanted, out name))
                return ProblemKind.BadName.Because($"1 to {PeopleLimits.MaxNameElements} letters, digits, punctuation marks or emoji, the letters of one script, and no name of the product's own.");
            if (await buckets.TakeAsync("people-changes", $"{userId:N}", limits.Value.PeopleChanges, 1) is { } wait)
                return (ProblemKind.SlowDown with { RetryAfter = wait }).Because();
            if (await profiles.IsAnothersAsync(userId, name ??= "", cancellationToken))
                return ProblemKind.NicknameTaken.Because();
        }
        if (await profiles.ChangeAsync(userId, brief, name, cancellationToken) is { } user)
            return TypedResults.Ok(user);
        return (await profiles.IsMutedAsync(userId, cancellationToken) ? ProblemKind.Muted : ProblemKind.NotLoggedIn).Because();
    }

    private static async Task<IResult> LoginAsync(LoginRequest request, HttpContext context, Entrance entrance, SessionCookies cookies, CancellationToken cancellationToken)
    {
        var current = CurrentSession.Of(context);
        if (context.Request.Headers.Authorization.Count > 0)
            return current is null ? ProblemKind.NotLoggedIn.Because() : ProblemKind.BadRequest.Because("A login gives a cookie; with `Authorization` ask `POST /api/tokens`.");
        var entered = await entrance.EnterAsync(request, current?.Token, SessionKeeper.OriginOf(context), cancellationToken);
        if (entered.Problem is { } problem)
            return problem;
        cookies.Write(context, entered.Token);
        return TypedResults.Ok(new LoginResponse(entered.User, entered.Created));
    }

    private static async Task<IResult> LogoutAsync(HttpContext context, ISessionManager sessions, INotificationStore notifications, CancellationToken cancellationToken)
    {
        if (CurrentSession.Of(context) is { } current)
        {
            await sessions.LogoutAsync(current.Session.Id, cancellationToken);
            await notifications.UnsubscribeAsync(current.Session.Id, cancellationToken);
        }
        return TypedResults.NoContent();
    }
}
