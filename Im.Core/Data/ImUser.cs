using Microsoft.AspNetCore.Identity;

namespace Im.Core.Data;

/// <summary>An account: ASP.NET Core Identity's user. <c>UserName</c> is the nickname as typed, <c>NormalizedUserName</c> what it is compared by.</summary>
public sealed class ImUser : IdentityUser<Guid>
{
    /// <summary>Shown beside the nickname; up to 128 text elements.</summary>
    public string Brief { get; set; } = "";

    public DateTimeOffset CreatedAt { get; set; }
}
