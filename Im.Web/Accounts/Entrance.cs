using Im.Core.Sessions;
using Im.Protocol;
using Im.Web.Http;

namespace Im.Web.Accounts;

/// <summary>From nickname and password to a session, for browsers and programs alike.</summary>
internal sealed class Entrance(Logins logins, Profiles profiles, ISessionManager sessions)
{
    public static readonly ProblemKind[] Problems =
    [
        ProblemKind.BadNickname, ProblemKind.BadPassword, ProblemKind.BadBrief, ProblemKind.BadRequest, ProblemKind.WrongPassword, ProblemKind.UnknownNickname, ProblemKind.NicknameTaken,
        ProblemKind.Banned, ProblemKind.CrossSite, ProblemKind.LockedOut, ProblemKind.SlowDown, ProblemKind.Unavailable,
    ];

    private static string NicknameRuleText =>
        $"1 to {ProtocolLimits.MaxNicknameElements} letters, digits, punctuation marks or emoji, the letters of one script, and no name of the product's own.";

    public static string BriefRule => $"Up to {ProtocolLimits.MaxBriefElements} characters, no control characters.";

    /// <param name="replacedToken">The session this login takes the place of.</param>
    public async Task<Entered> EnterAsync(LoginRequest request, string? replacedToken, SessionOrigin origin, CancellationToken cancellationToken)
    {
        if (!Nickname.TryTidy(request.Nickname, out var nickname) || !Nickname.TryParse(nickname, out _) && !await logins.IsKnownAsync(nickname, cancellationToken))
            return new(ProblemKind.BadNickname.Because(NicknameRuleText));
        if (CheckPassword(request.Password) is { } bad)
            return new(bad);
        if (!Brief.TryParse(request.Brief ?? "", out var brief))
            return new(ProblemKind.BadBrief.Because(BriefRule));

        var outcome = await logins.JoinOrSignInAsync(nickname, request.Password, brief, mayJoin: request.Join != false, cancellationToken);
        if (outcome.User is not { } account)
            return new(outcome.Problem!.Because());

        var (session, token) = await sessions.LoginAsync(replacedToken, account.Id, origin, cancellationToken);
        if (!await logins.StillHoldsAsync(account, cancellationToken))
        {
            await sessions.DestroyAsync(session.Id, ct: CancellationToken.None);
            return new(ProblemKind.WrongPassword.Because("The account has just changed."));
        }
        // A brief given along with a known nickname is a wish to change it. Who is muted comes in all the same, with the brief there was.
        var user = !outcome.Created && brief.Length > 0 && brief != account.Brief ? await profiles.ChangeAsync(account.Id, brief, null, cancellationToken) : null;
        return new(user ?? Profiles.InfoOf(account), outcome.Created, session, token);
    }

    /// <summary>Null when the password is within the rule.</summary>
    public static IResult? CheckPassword(string password) =>
        password.Length is < ProtocolLimits.MinPasswordChars or > ProtocolLimits.MaxPasswordChars || password.All(VisibleText.IsWhiteSpace)
            ? ProblemKind.BadPassword.Because($"{ProtocolLimits.MinPasswordChars} to {ProtocolLimits.MaxPasswordChars} characters, not only white space.")
            : null;
}

/// <summary>Either a session or a problem.</summary>
/// <param name="Token">What goes into the cookie.</param>
internal sealed record Entered(UserInfo User, bool Created, Session Session, string Token, IResult? Problem = null)
{
    public Entered(IResult problem) : this(null!, false, null!, null!, problem)
    {
    }
}
