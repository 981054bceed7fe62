namespace Im.Protocol;

/// <summary>How much of a list is on a page, and what may be looked for in it.</summary>
public static class AdminLimits
{
    /// <summary>People, rooms or keys on a page.</summary>
    public const int PageSize = 50;

    public const int AuditPageSize = 100;
    public const int MaxSearchChars = 64;

    /// <summary>The longest mute or ban: ten years.</summary>
    public const int MaxMinutes = 10 * 365 * 24 * 60;
}

/// <summary>Which people are listed, beside everybody.</summary>
public static class AdminUserFilters
{
    public const string Administrators = "administrators", Muted = "muted", Banned = "banned";
}

/// <summary>An account in a list. Times are Unix milliseconds.</summary>
public sealed record AdminPersonInfo(Guid Id, string Nickname, string Brief, long Created, bool Admin)
{
    /// <inheritdoc cref="UserInfo.Name"/>
    public string? Name { get; init; }

    /// <inheritdoc cref="UserInfo.Picture"/>
    public string? Picture { get; init; }

    public long? MutedUntil { get; init; }
    public long? BannedUntil { get; init; }

    /// <summary>When they last came or went. Null: not known, or they do not want it stored.</summary>
    public long? LastSeen { get; init; }
}

/// <param name="Next">For the next page's <c>after</c>; null when this is the last.</param>
public sealed record AdminUsersResponse(IReadOnlyList<AdminPersonInfo> Users, string? Next = null);

/// <summary>An account as administrators see it. Times are Unix milliseconds.</summary>
public sealed record AdminUserInfo(UserInfo User, long Created, bool Admin, IReadOnlyList<SessionInfo> Sessions)
{
    public long? MutedUntil { get; init; }
    public long? BannedUntil { get; init; }

    /// <inheritdoc cref="AdminPersonInfo.LastSeen"/>
    public long? LastSeen { get; init; }

    /// <summary>Reports about them that nobody has closed.</summary>
    public int OpenReports { get; init; }

    /// <summary>API keys that are theirs.</summary>
    public int Keys { get; init; }
}

/// <param name="Minutes">From now, up to ten years; 0: no longer.</param>
public sealed record PenaltyRequest(int Minutes, string? Reason = null);

public sealed record AdminRequest(bool Admin);

/// <param name="RemoveMessages">The texts of the user's messages too; else they stay, without the nickname.</param>
public sealed record EraseUserRequest(bool RemoveMessages = false);

/// <summary>A room as administrators of the server see it: what it is and how large, not what is said in it. Times are Unix milliseconds.</summary>
/// <param name="Lines">How many were said, those recalled included.</param>
/// <param name="FileBytes">Of the files posted in it.</param>
public sealed record AdminRoomInfo(ConversationId Conversation, string Title, string Topic, bool Public, int Members, long Created, long Lines, long FileBytes)
{
    public bool? Archived { get; init; }

    /// <summary>Null where the last owner is gone.</summary>
    public SenderInfo? Owner { get; init; }

    /// <summary>When something last happened in it.</summary>
    public long? LastAt { get; init; }
}

/// <inheritdoc cref="AdminUsersResponse"/>
public sealed record AdminRoomsResponse(IReadOnlyList<AdminRoomInfo> Rooms, string? Next = null);

public sealed record ArchiveRequest(bool Archived);

/// <summary>Anybody's API key, without its text.</summary>
/// <param name="Created">Unix milliseconds.</param>
public sealed record AdminKeyInfo(Guid Id, string Name, IReadOnlyList<string> Scopes, long Created, SenderInfo Owner);

/// <inheritdoc cref="AdminUsersResponse"/>
public sealed record AdminKeysResponse(IReadOnlyList<AdminKeyInfo> Keys, string? Next = null);

/// <param name="Id">Another one after each start.</param>
/// <param name="Live">The gateway gives it new connections.</param>
/// <param name="Started">Unix milliseconds.</param>
/// <param name="LeaseMs">When its lease ends unless it is renewed.</param>
/// <param name="People">Who is online on it, each once; <paramref name="Guests"/> are counted apart.</param>
public sealed record AdminNodeInfo(string Id, string Name, string Address, int Connections, bool Live, bool Draining, long Started, long LeaseMs, int People, int Guests)
{
    /// <summary>Of the software. Null for a node of a version that does not say.</summary>
    public string? Version { get; init; }
}

public sealed record AnnouncementRequest(string Text);

/// <param name="Actor">The nickname at the time, or what did it where no account did.</param>
/// <param name="ActorId">The account that did it; null where none did.</param>
public sealed record AuditInfo(long Id, long At, string Actor, string Action, string Target, string? Detail, Guid? ActorId = null)
{
    /// <summary>What the person or room of <see cref="Target"/> is called now; null where it is neither.</summary>
    public string? TargetName { get; init; }
}
