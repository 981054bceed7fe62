using System.Collections.Frozen;
using System.Text;
using Im.Core.Accounts;

namespace Im.Web.Accounts;

/// <summary>Names that would be taken for the product's own, in any spelling: compared by skeleton, of which letters and digits count alone, so that <c>( Deleted )</c> and <c>a.d.m.i.n</c> are among them.</summary>
internal static class ReservedNames
{
    private static readonly string[] Words =
    [
        "admin", "administrator", "moderator", "support", "system", "im", "lobby", "dashboard", "guest", "everyone", "all", "here", "deleted", IAccountData.ErasedNickname,
        "管理员", "系统", "群聊广场", "游客", "所有人", "已删除",
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
