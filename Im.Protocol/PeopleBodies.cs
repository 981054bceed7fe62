namespace Im.Protocol;

/// <summary>Bounds of what one person wants of another.</summary>
public static class PeopleLimits
{
    /// <summary>People or reports on a page.</summary>
    public const int PageSize = 50;

    /// <summary>What is looked for in nicknames and display names.</summary>
    public const int MaxSearchChars = 64;

    /// <summary>People whom one user has blocked.</summary>
    public const int MaxBlocks = 1_000;

    public const int RecoveryCodes = 10;

    /// <summary>Text elements of a display name.</summary>
    public const int MaxNameElements = 40;

    /// <summary>People whom one request asks about by their ids.</summary>
    public const int MaxIds = 100;
}

/// <param name="Next">For the next page's <c>after</c>; null when this is the last.</param>
public sealed record DirectoryResponse(IReadOnlyList<UserInfo> Users, string? Next = null);

/// <summary>Somebody as who asks may see them.</summary>
public sealed record ProfileInfo(UserInfo User)
{
    /// <summary>When they last came or went, Unix milliseconds. Null: not known, or not to be seen.</summary>
    public long? LastSeen { get; init; }

    /// <summary>True where who asks has blocked them. Else null.</summary>
    public bool? Blocked { get; init; }
}

/// <param name="LastSeen">Others see when the user was here last, and the user when they were.</param>
public sealed record SettingsInfo(bool LastSeen);

/// <summary>About a person, or about a line of theirs: <paramref name="User"/>, or <paramref name="Conversation"/> and <paramref name="Line"/>.</summary>
public sealed record ReportRequest(string Reason, Guid? User = null, ConversationId? Conversation = null, long? Line = null);

/// <param name="At">Unix milliseconds, as <see cref="Closed"/>.</param>
/// <param name="Reporter">Who reported.</param>
/// <param name="User">Whom.</param>
public sealed record ReportInfo(long Id, long At, SenderInfo Reporter, SenderInfo User, string Reason)
{
    /// <summary>Where the reported line is.</summary>
    public ConversationId? Conversation { get; init; }

    public long? Line { get; init; }

    /// <summary>What it said when it was reported.</summary>
    public string? Text { get; init; }

    /// <summary>Null: nobody was done with it yet.</summary>
    public long? Closed { get; init; }

    /// <summary>Which administrator was; null where the report is open.</summary>
    public SenderInfo? ClosedBy { get; init; }

    /// <summary>One of <see cref="ReportDecisions"/>; null where none was given.</summary>
    public string? Decision { get; init; }
}

/// <summary>What came of a report.</summary>
public static class ReportDecisions
{
    public const string Dismissed = "dismissed", Recalled = "recalled", Muted = "muted", Banned = "banned", Erased = "erased";

    public static IReadOnlyList<string> All { get; } = [Dismissed, Recalled, Muted, Banned, Erased];
}

/// <param name="Decision">One of <see cref="ReportDecisions"/>, for those who read it later: it does nothing by itself.</param>
public sealed record CloseReportRequest(bool Closed, string? Decision = null);

/// <param name="Password">The user's: a session alone makes no codes, which would outlive it.</param>
public sealed record CreateRecoveryCodesRequest(string Password);

/// <param name="Left">Codes that were not used yet.</param>
/// <param name="Codes">All ten: said once, when they are made.</param>
public sealed record RecoveryCodesInfo(int Left, IReadOnlyList<string>? Codes = null);

public sealed record RecoverRequest(string Nickname, string Code, string NewPassword);
