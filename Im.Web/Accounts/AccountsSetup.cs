using Im.Core.Data;
using Im.Core.Sessions;
using Im.Protocol;
using Im.Web.Http;
using Im.Web.Sessions;
using Microsoft.AspNetCore.Identity;

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
        builder.Services.AddScoped<Profiles>();
        builder.Services.AddSingleton<SessionKeeper>();
        builder.Services.AddHostedService<LoginWarmUp>();
        return builder;
    }

    public static void MapAccounts(this IEndpointRouteBuilder routes)
    {
        var accounts = routes.MapGroup("").WithTags("Accounts");
        accounts.MapGet("/me", GetMeAsync)
            .WithSummary("Who am I?")
            .WithDescription("The user of this session, null for a guest, and the session's public id. Sets the cookie when there is none: a guest's session.")
            .WithProblems(ProblemKind.Unavailable);
        accounts.MapPut("/me", PutMeAsync)
            .RequireLogin()
            .WithSummary("Change the brief")
            .WithDescription("Shown to everybody, in every session of the user on every node.")
            .Produces<UserInfo>()
            .WithProblems(ProblemKind.BadBrief, ProblemKind.BadRequest, ProblemKind.NotLoggedIn, ProblemKind.CrossSite, ProblemKind.Unavailable);
        accounts.MapPost("/login", LoginAsync)
            .WithSummary("Join or log in")
            .WithDescription("An unknown nickname joins, a known one needs its password. The cookie gets a new value; open sockets of the browser are told and may follow with a ticket.")
            .Produces<LoginResponse>()
            .WithProblems(ProblemKind.BadNickname, ProblemKind.BadPassword, ProblemKind.BadBrief, ProblemKind.BadRequest, ProblemKind.WrongPassword,
                ProblemKind.CrossSite, ProblemKind.LockedOut, ProblemKind.Unavailable);
        accounts.MapPost("/logout", LogoutAsync)
            .WithSummary("Log out")
            .WithDescription("This session is a guest's again, on every tab, at once.")
            .Produces(StatusCodes.Status204NoContent)
            .WithProblems(ProblemKind.CrossSite, ProblemKind.Unavailable);
    }

    private static async Task<MeResponse> GetMeAsync(HttpContext context, SessionKeeper keeper, Profiles profiles, CancellationToken cancellationToken)
    {
        var session = await keeper.KeepAsync(context, cancellationToken);
        return new(session.UserId is { } userId ? await profiles.FindAsync(userId, cancellationToken) : null, session.Id);
    }

    private static async Task<IResult> PutMeAsync(BriefRequest request, HttpContext context, Profiles profiles, CancellationToken cancellationToken)
    {
        if (!Brief.TryParse(request.Brief, out var brief))
            return ProblemKind.BadBrief.Because(BriefRule);
        return await profiles.ChangeBriefAsync(CurrentSession.UserOf(context), brief, cancellationToken) is { } user
            ? TypedResults.Ok(user) : ProblemKind.NotLoggedIn.Because();
    }

    private static async Task<IResult> LoginAsync(
        LoginRequest request, HttpContext context, Logins logins, Profiles profiles, ISessionManager sessions, CancellationToken cancellationToken)
    {
        if (!Nickname.TryParse(request.Nickname, out var nickname))
            return ProblemKind.BadNickname.Because($"1 to {ProtocolLimits.MaxNicknameElements} visible characters.");
        if (request.Password.Length is < ProtocolLimits.MinPasswordChars or > ProtocolLimits.MaxPasswordChars || string.IsNullOrWhiteSpace(request.Password))
            return ProblemKind.BadPassword.Because($"{ProtocolLimits.MinPasswordChars} to {ProtocolLimits.MaxPasswordChars} characters, not only white space.");
        if (!Brief.TryParse(request.Brief ?? "", out var brief))
            return ProblemKind.BadBrief.Because(BriefRule);

        var outcome = await logins.JoinOrSignInAsync(nickname, request.Password, brief, cancellationToken);
        if (outcome.User is not { } account)
            return outcome.Problem!.Because();

        var (_, token) = await sessions.LoginAsync(SessionCookies.Read(context.Request), account.Id, SessionKeeper.OriginOf(context), cancellationToken);
        SessionCookies.Write(context, token);

        // A brief given along with a known nickname is a wish to change it.
        var user = !outcome.Created && brief.Length > 0 && brief != account.Brief ? await profiles.ChangeBriefAsync(account.Id, brief, cancellationToken) : null;
        return TypedResults.Ok(new LoginResponse(user ?? new(account.Id, account.UserName!, account.Brief), outcome.Created));
    }

    private static async Task<IResult> LogoutAsync(HttpContext context, ISessionManager sessions, CancellationToken cancellationToken)
    {
        if (CurrentSession.Of(context) is { } current)
            await sessions.LogoutAsync(current.Session.Id, cancellationToken);
        return TypedResults.NoContent();
    }

    private static string BriefRule => $"Up to {ProtocolLimits.MaxBriefElements} characters, no control characters.";
}
