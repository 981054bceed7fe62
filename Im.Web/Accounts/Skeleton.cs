using System.Text;

namespace Im.Web.Accounts;

/// <summary>
/// What nicknames that look alike have in common: the skeleton of UTS #39 with Unicode's own table, of the name as it is spelt, then of its small letters, for a name is shown as
/// spelt and compared without case. Accents stay: they are other names. Stored with each account: change it only together with a migration, see <see cref="NicknameUpgrade"/>.
/// </summary>
internal static class Skeleton
{
    /// <summary>Two nicknames with the same skeleton are taken for one another.</summary>
    public static string Of(string nickname)
    {
        var plain = nickname.Replace("\u200C", "", StringComparison.Ordinal).Replace("\u200D", "", StringComparison.Ordinal).Replace("\uFE0F", "", StringComparison.Ordinal);
        var shown = LooksOf(plain.Normalize(NormalizationForm.FormKC));
        // Unicode's table has a capital i, a small L, a one and a bar as one stroke; where case does not count, a small i is one too. And two v are a w.
        return LooksOf(UnicodeTable.Instance.Fold(shown)).Replace('i', 'l').Replace("vv", "w", StringComparison.Ordinal);
    }

    private static string LooksOf(string text) => UnicodeTable.Instance.Prototypes(text.Normalize(NormalizationForm.FormD)).Normalize(NormalizationForm.FormD);
}
