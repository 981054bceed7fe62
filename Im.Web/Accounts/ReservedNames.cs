using System.Collections.Frozen;
using System.Text;
using Im.Core.Accounts;

namespace Im.Web.Accounts;

/// <summary>Names that would be taken for the product's own, in any spelling: compared by skeleton, of which letters and digits count alone, so that <c>( Deleted )</c> and <c>a.d.m.i.n</c> are among them.</summary>
internal static class ReservedNames
{
    private static readonly string[] Words =
    [
        "im", "lobby", "dashboard", "announcement", "announcements", "server", "bot",
        "admin", "admins", "administrator", "administrators", "sysadmin", "root", "superuser", "operator", "owner",
        "moderator", "moderators", "mod", "mods", "staff", "team", "official", "support", "help", "security", "system",
        "guest", "guests", "anonymous", "nobody", "unknown", "deleted", IAccountData.ErasedNickname,
        "everyone", "everybody", "all", "here", "channel",
        "管理员", "管理員", "版主", "官方", "客服", "系统", "系統", "公告", "群聊广场", "大厅", "游客", "访客", "匿名", "所有人", "全体成员", "已删除",
    ];

    private static readonly Lazy<FrozenSet<string>> Cores = new(() => Words.Select(CoreOf).ToFrozenSet(StringComparer.Ordinal));

    public static bool Contains(string nickname) => Cores.Value.Contains(CoreOf(nickname));

    private static string CoreOf(string nickname)
    {
        var core = new StringBuilder();
        foreach (var rune in Skeleton.Of(nickname).EnumerateRunes())
            if (Rune.IsLetterOrDigit(rune))
                core.Append(rune);
            else if (rune.Value is >= 0x1F1E6 and <= 0x1F1FF) // letters that make flags, which many systems show as letters
                core.Append((char)('a' + rune.Value - 0x1F1E6));
            else if (rune.Value is >= 0x1F170 and <= 0x1F189) // letters in squares: blood groups and parking
                core.Append((char)('a' + rune.Value - 0x1F170));
        return core.Replace('i', 'l').ToString();
    }
}
