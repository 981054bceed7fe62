using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Im.Core.Accounts;
using Im.Protocol;
using Microsoft.AspNetCore.Identity;

namespace Im.Web.Accounts;

/// <summary>
/// What a nickname may be, and when two are the same: <c>Ｊｅｎｎｙ</c>, <c>jenny</c> and <c>Jenny</c> are one person.
/// Nothing invisible gets in, so two nicknames that are not the same do not look it for that reason.
/// </summary>
internal sealed class Nickname : ILookupNormalizer
{
    // A person's marks on one letter are few (Vietnamese and Hebrew have two or three); a tower of them is not a name.
    private const int MaxMarksInARow = 4;
    private const int MaxKeyChars = 256;

    private const int ZeroWidthJoiner = 0x200D, EmojiPresentation = 0xFE0F;

    /// <summary>The nickname as it is shown: composed (NFC), trimmed, each white space one blank. False when it cannot be one.</summary>
    public static bool TryParse(string typed, [NotNullWhen(true)] out string? nickname)
    {
        nickname = null;
        if (typed.Length > MaxKeyChars || !HasOnlyVisible(typed))
            return false;
        var tidy = string.Join(' ', typed.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Normalize();
        if (new StringInfo(tidy).LengthInTextElements is 0 or > ProtocolLimits.MaxNicknameElements || KeyOf(tidy).Length is 0 or > MaxKeyChars || tidy == IAccountData.ErasedNickname)
            return false;
        nickname = tidy;
        return true;
    }

    /// <summary>What nicknames are compared by: compatibility forms made plain (NFKC), case folded, an emoji's colour hint left out.</summary>
    public static string KeyOf(string nickname) =>
        nickname.Replace($"{(char)EmojiPresentation}", "", StringComparison.Ordinal)
            .Normalize(NormalizationForm.FormKC).ToUpperInvariant().ToLowerInvariant().Normalize(NormalizationForm.FormKC);

    [return: NotNullIfNotNull(nameof(name))]
    public string? NormalizeName(string? name) => name is null ? null : KeyOf(name);

    [return: NotNullIfNotNull(nameof(email))]
    public string? NormalizeEmail(string? email) => email;

    private static bool HasOnlyVisible(string text)
    {
        var marks = 0;
        var emoji = false; // what came before is one
        var joined = false; // and is to be joined with the next: a family is several people
        for (var i = 0; i < text.Length;)
        {
            if (!Rune.TryGetRuneAt(text, i, out var rune))
                return false; // half a surrogate pair
            i += rune.Utf16SequenceLength;
            var category = Rune.GetUnicodeCategory(rune);

            if (rune.Value is ZeroWidthJoiner or EmojiPresentation)
            {
                if (!emoji || joined)
                    return false;
                joined = rune.Value == ZeroWidthJoiner;
                continue;
            }
            emoji = category is UnicodeCategory.OtherSymbol or UnicodeCategory.ModifierSymbol;
            marks = category is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark ? marks + 1 : 0;
            if (joined && !emoji || marks > MaxMarksInARow || IsInvisible(rune, category))
                return false;
            joined = false;
        }
        return !joined;
    }

    // Some are invisible without being of a category that says so: joiners, fillers, variation selectors, the blank of Braille.
    private static bool IsInvisible(Rune rune, UnicodeCategory category) =>
        category is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned
        || rune.Value is 0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or (>= 0x180B and <= 0x180F) or 0x2800 or 0x3164
            or (>= 0xFE00 and <= 0xFE0F) or 0xFFA0 or (>= 0xE0100 and <= 0xE01EF);
}
