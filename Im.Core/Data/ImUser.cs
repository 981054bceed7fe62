using Microsoft.AspNetCore.Identity;

namespace Im.Core.Data;

/// <summary>An account: ASP.NET Core Identity's user. <c>UserName</c> is the nickname as typed, <c>NormalizedUserName</c> what it is compared by.</summary>
public sealed class ImUser : IdentityUser<Guid>
{
    /// <summary>Shown beside the nickname; up to 128 text elements.</summary>
    public string Brief { get; set; } = "";

    /// <summary>What the user wants to be called; empty for none. Not unique.</summary>
    public string DisplayName { get; set; } = "";

    /// <summary>The display name as it is looked for: folded.</summary>
    public string DisplayNameKey { get; set; } = "";

    /// <summary>The version of their picture (<see cref="PictureRow"/>); null for none.</summary>
    public string? Picture { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>What look-alikes of the nickname have in common; unique together with <see cref="SkeletonRank"/>. Null for erased accounts, and until the web server's next start for those of an older rule.</summary>
    public string? Skeleton { get; set; }

    /// <summary>0; more for accounts that looked like another's before the rule that refuses it.</summary>
    public int SkeletonRank { get; set; }

    public bool IsAdmin { get; set; }

    /// <summary>Nobody logs in to it: a webhook posts as it, or somebody comes with a site's widget. It has no password, and is in no directory.</summary>
    public bool IsProgram { get; set; }

    /// <summary>Until then the user may read and not write.</summary>
    public DateTimeOffset? MutedUntil { get; set; }

    /// <summary>Until then the user may not log in.</summary>
    public DateTimeOffset? BannedUntil { get; set; }

    /// <summary>Nobody is told when they were here last, and they are not told of others.</summary>
    public bool HidesLastSeen { get; set; }

    /// <summary>When they last connected or their last connection at a node ended; null while <see cref="HidesLastSeen"/>.</summary>
    public DateTimeOffset? LastSeenAt { get; set; }

    /// <summary>Its owner asked for the account's deletion: from then on nothing of its owner's is stored. Stays set.</summary>
    public DateTimeOffset? ErasingAt { get; set; }

    /// <summary>Its owner deleted the account: nothing is left of it but its id, for the conversations it took part in, and while it was muted or banned its nickname's key, which
    /// is taken until that ends.</summary>
    public DateTimeOffset? ErasedAt { get; set; }
}
