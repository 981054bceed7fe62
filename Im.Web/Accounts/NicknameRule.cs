using System.Globalization;
using System.Text;

namespace Im.Web.Accounts;

/// <summary>
/// What a new nickname may be made of: the scripts of UTS #39's level "highly restrictive", in the Unicode version of <see cref="UnicodeTable"/>. The characters are letters, marks and
/// digits of scripts in use today, ASCII's punctuation and that of UAX #31's table for names, single blanks, and emoji. <c>docs/protocol.md</c> says it at length.
/// </summary>
internal static class NicknameRule
{
    // A person's marks on one letter are few (Vietnamese and Hebrew have two or three); a tower of them is not a name.
    private const int MaxMarksInARow = 4;
    private const int EmojiPresentation = 0xFE0F, FirstFlagLetter = 0x1F1E6, LastFlagLetter = 0x1F1FF;

    // Bits of CharacterInfo.Scripts: Latin, and what is written with Han.
    private static readonly UInt128 Latin = 1, WithHan = 0b1110;

    /// <param name="nickname">Trimmed, composed, one blank for each white space.</param>
    public static bool Allows(string nickname)
    {
        foreach (var rune in nickname.EnumerateRunes())
            if (rune.Value is not (' ' or JoinControls.NonJoiner or JoinControls.Joiner or EmojiPresentation) && UnicodeTable.Instance[rune].Class == CharacterClass.None)
                return false;
        // What stands for other characters is judged by them.
        Rune[] plain = [.. nickname.Normalize(NormalizationForm.FormKC).EnumerateRunes()];
        return HasOneScript(plain) && HasOneKindOfDigits(plain) && HasNoTower(nickname) && IsInOrder(plain) && plain.Any(IsSomething);
    }

    private static bool IsSomething(Rune rune) => UnicodeTable.Instance[rune].Class is CharacterClass.Letter or CharacterClass.Digit or CharacterClass.Emoji;

    // One script, or Latin with what is written in Japan, in Korea, or with bopomofo.
    private static bool HasOneScript(Rune[] text)
    {
        var (all, notLatin) = (UInt128.MaxValue, UInt128.MaxValue);
        foreach (var rune in text)
            if (UnicodeTable.Instance[rune] is { Class: CharacterClass.Letter or CharacterClass.Mark or CharacterClass.Digit or CharacterClass.Punctuation } info)
            {
                all &= info.Scripts;
                notLatin &= (info.Scripts & Latin) == 0 ? info.Scripts : UInt128.MaxValue;
            }
        return all != 0 || (notLatin & WithHan) != 0;
    }

    private static bool HasOneKindOfDigits(Rune[] text) =>
        text.Where(rune => UnicodeTable.Instance[rune].Class == CharacterClass.Digit).Select(rune => rune.Value - (int)Rune.GetNumericValue(rune)).Distinct().Count() <= 1;

    // Of marks, or of one mark twice.
    private static bool HasNoTower(string nickname)
    {
        var (marks, before) = (0, default(Rune));
        foreach (var rune in nickname.Normalize(NormalizationForm.FormKD).EnumerateRunes())
        {
            var isMark = Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark;
            marks = isMark ? marks + 1 : 0;
            if (marks > MaxMarksInARow || isMark && rune == before)
                return false;
            before = rune;
        }
        return true;
    }

    private static bool IsInOrder(Rune[] text)
    {
        var flagLetters = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var (rune, info, before) = (text[i].Value, UnicodeTable.Instance[text[i]], i == 0 ? default : text[i - 1]);
            var isFlagLetter = rune is >= FirstFlagLetter and <= LastFlagLetter;
            if (!isFlagLetter && flagLetters % 2 != 0)
                return false;
            flagLetters = isFlagLetter ? flagLetters + 1 : 0;
            var fits = rune switch
            {
                ' ' => i > 0 && before.Value != ' ' && i < text.Length - 1,
                EmojiPresentation => IsEmoji(before),
                JoinControls.Joiner when IsEmoji(before) || before.Value == EmojiPresentation => i + 1 < text.Length && IsEmoji(text[i + 1]),
                JoinControls.Joiner or JoinControls.NonJoiner => JoinControls.MayStand(text, i),
                _ => info.Class switch
                {
                    CharacterClass.Mark => i > 0 && UnicodeTable.Instance[before].Class is CharacterClass.Letter or CharacterClass.Mark,
                    CharacterClass.None or CharacterClass.Compatibility => false,
                    _ => true,
                },
            };
            if (!fits)
                return false;
        }
        return flagLetters % 2 == 0;
    }

    private static bool IsEmoji(Rune rune) => UnicodeTable.Instance[rune].Class == CharacterClass.Emoji;
}
