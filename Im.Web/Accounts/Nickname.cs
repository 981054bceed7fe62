using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Im.Protocol;
using Microsoft.AspNetCore.Identity;

namespace Im.Web.Accounts;

/// <summary>What a nickname may be, and when two are the same: <c>Ｊｅｎｎｙ</c>, <c>jenny</c> and <c>Jenny</c> are one person, and so are <c>Groß</c> and <c>GROSS</c>.</summary>
internal sealed class Nickname : ILookupNormalizer
{
    private const int MaxKeyChars = 256;
    private const string EmojiPresentation = "\uFE0F";

    /// <summary>The nickname as it is shown: composed (NFC), trimmed, each white space one blank. False when it cannot be a new one: its characters, or a name nobody may have.</summary>
    public static bool TryParse(string typed, [NotNullWhen(true)] out string? nickname) =>
        TryTidy(typed, out nickname) && NicknameRule.Allows(nickname) && !ReservedNames.Contains(nickname);

    /// <summary>A display name, by the same rule but for its length.</summary>
    public static bool TryParseName(string typed, [NotNullWhen(true)] out string? name) =>
        TryTidy(typed, PeopleLimits.MaxNameElements, out name) && NicknameRule.Allows(name) && !ReservedNames.Contains(name);

    /// <summary>The same without the rule for new names: whoever has an account logs in with the name as it is. False when no account can have it.</summary>
    public static bool TryTidy(string typed, [NotNullWhen(true)] out string? nickname) => TryTidy(typed, ProtocolLimits.MaxNicknameElements, out nickname);

    private static bool TryTidy(string typed, int maxElements, [NotNullWhen(true)] out string? nickname)
    {
        nickname = null;
        if (typed.Length > MaxKeyChars || VisibleText.Trim(typed) is var trimmed && (!VisibleText.IsIn(trimmed) || !HasOnlyCharacters(trimmed)))
            return false;
        var tidy = string.Join(' ', trimmed.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Normalize();
        if (new StringInfo(tidy).LengthInTextElements > maxElements || KeyOf(tidy).Length is 0 or > MaxKeyChars)
            return false;
        nickname = tidy;
        return true;
    }

    /// <summary>
    /// What nicknames are compared by: compatibility forms made plain (NFKC), full case folding, without an emoji's colour hint and without the joiners that are spelling.
    /// </summary>
    public static string KeyOf(string nickname) => Folded(Folded(WithoutSpellingJoiners(nickname.Replace(EmojiPresentation, "", StringComparison.Ordinal)).Normalize(NormalizationForm.FormKC)));

    /// <summary>The key of accounts from before <see cref="KeyOf"/>, whose case folding was not the full one. They keep it where another account has the new one.</summary>
    public static string FormerKeyOf(string nickname) =>
        nickname.Replace(EmojiPresentation, "", StringComparison.Ordinal)
            .Normalize(NormalizationForm.FormKC).ToUpperInvariant().ToLowerInvariant().Normalize(NormalizationForm.FormKC);

    [return: NotNullIfNotNull(nameof(name))]
    public string? NormalizeName(string? name) => name is null ? null : KeyOf(name);

    [return: NotNullIfNotNull(nameof(email))]
    public string? NormalizeEmail(string? email) => email;

    private static string Folded(string text) => UnicodeTable.Instance.Fold(text).Normalize(NormalizationForm.FormKC);

    // A family of emoji keeps its joiners: without them it is several people.
    private static string WithoutSpellingJoiners(string text)
    {
        if (!text.Contains((char)JoinControls.NonJoiner) && !text.Contains((char)JoinControls.Joiner))
            return text;
        var result = new StringBuilder(text.Length);
        foreach (var c in text)
            if (c != JoinControls.NonJoiner && !(c == JoinControls.Joiner && result.Length > 0 && char.GetUnicodeCategory(result[^1]) == UnicodeCategory.NonSpacingMark))
                result.Append(c);
        return result.ToString();
    }

    // What no account ever had. Half a surrogate pair and what is no character cannot be normalised either.
    private static bool HasOnlyCharacters(string text)
    {
        for (var i = 0; i < text.Length;)
        {
            if (!Rune.TryGetRuneAt(text, i, out var rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse or UnicodeCategory.Control
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
                return false;
            i += rune.Utf16SequenceLength;
        }
        return true;
    }
}
