namespace Im.Protocol;

/// <summary>Codes of an <see cref="ErrorFrame"/>.</summary>
public static class ErrorCodes
{
    public const string BadJson = "bad_json";
    public const string BadFrame = "bad_frame";
    public const string UnknownType = "unknown_type";
    public const string TextEmpty = "text_empty";
    public const string TextTooLong = "text_too_long";
    public const string TextInvalid = "text_invalid";
    public const string NotLoggedIn = "not_logged_in";
    public const string NotFound = "not_found";
    public const string BadTicket = "bad_ticket";
    public const string Busy = "busy";
    public const string SlowDown = "slow_down";
    public const string Muted = "muted";
    public const string Unavailable = "unavailable";
    public const string Internal = "internal";

    [Since(2)] public const string UnknownKind = "unknown_kind";
    [Since(2)] public const string BadContent = "bad_content";
    [Since(2)] public const string Forbidden = "forbidden";
    [Since(2)] public const string TooLate = "too_late";
    [Since(2)] public const string QuotaFull = "quota_full";
}

/// <summary>Close codes of our own. 4000–4499: the client does not connect again by itself; 4500–4999: it does.</summary>
public static class CloseCodes
{
    public const int ServiceRestart = 1012;
    public const int TooManyBadFrames = 4400;
    public const int SessionEnded = 4401;

    /// <summary>Went on sending, and did not wait, after hundreds of <see cref="ErrorCodes.SlowDown"/>.</summary>
    public const int TooFast = 4429;
    public const int SlowConsumer = 4500;
}

/// <summary>Why a session was ended: the reason in the close frame with <see cref="CloseCodes.SessionEnded"/>.</summary>
public static class EndReasons
{
    /// <summary>By its user, from another device.</summary>
    public const string SignedOut = "signed_out";

    /// <summary>Its user's password was changed.</summary>
    public const string PasswordChanged = "password_changed";

    /// <summary>Its user deleted the account.</summary>
    public const string AccountDeleted = "account_deleted";

    /// <summary>By an administrator.</summary>
    public const string Administrator = "administrator";

    /// <summary>Its user was banned.</summary>
    public const string Banned = "banned";

    /// <summary>A cookie was used again that had been renewed: somebody else has a copy of it.</summary>
    public const string Reused = "reused";

    /// <summary>It ran out, or was ended while the node could not hear how.</summary>
    public const string Over = "over";

    /// <summary>The servers lost it, with all others: nobody ended it.</summary>
    public const string Lost = "lost";
}

/// <summary>Codes of a problem answer of the HTTP API.</summary>
public static class ProblemCodes
{
    public const string BadNickname = "bad_nickname";
    public const string BadPassword = "bad_password";
    public const string BadBrief = "bad_brief";
    public const string WrongPassword = "wrong_password";
    public const string WrongCode = "wrong_code";
    public const string LockedOut = "locked_out";
    public const string UnknownNickname = "unknown_nickname";
    public const string NicknameTaken = "nickname_taken";
    public const string Banned = "banned";
    public const string Muted = "muted";
    public const string Forbidden = "forbidden";
    public const string LastAdministrator = "last_administrator";
    public const string BadName = "bad_name";
    public const string BadText = "bad_text";
    public const string TooMany = "too_many";
    public const string TooLarge = "too_large";
    public const string QuotaFull = "quota_full";
    public const string SlowDown = "slow_down";
    public const string NotLoggedIn = "not_logged_in";
    public const string CrossSite = "cross_site";
    public const string NotFound = "not_found";
    public const string BadRequest = "bad_request";
    public const string Unavailable = "unavailable";
}
