using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Im.Protocol;

/// <summary>
/// What is white space and what is invisible, for texts, nicknames, briefs, names of keys and passwords alike; the TypeScript client's <c>text.ts</c> says the same, and
/// <c>Vectors/text.json</c> holds both to it. White space is Unicode's property White_Space. Invisible is its Default_Ignorable_Code_Point, the controls and what else draws
/// nothing by its nature (the blank of Braille, fillers). Both sets are fixed here: a newer Unicode changes nothing.
/// </summary>
public static class VisibleText
{
    // First and last of each range, ascending; white space is left out.
    private static ReadOnlySpan<int> Invisible =>
    [
        0x0000, 0x0008, 0x000E, 0x001F, 0x007F, 0x0084, 0x0086, 0x009F, 0x00AD, 0x00AD, 0x034F, 0x034F, 0x061C, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180F,
        0x200B, 0x200F, 0x202A, 0x202E, 0x2060, 0x206F, 0x2800, 0x2800, 0x3164, 0x3164, 0xFE00, 0xFE0F, 0xFEFF, 0xFEFF, 0xFFA0, 0xFFA0, 0xFFF0, 0xFFFB, 0x13430, 0x1343F,
        0x13441, 0x13442, 0x16FE4, 0x16FE4, 0x1BCA0, 0x1BCA3, 0x1D159, 0x1D159, 0x1D173, 0x1D17A, 0xE0000, 0xE0FFF,
    ];

    /// <summary>False for a text of nothing but white space and what is invisible. Half a surrogate pair counts as visible. The first visible character ends the search.</summary>
    public static bool IsIn([NotNullWhen(true)] string? text)
    {
        for (var i = 0; i < text?.Length; i++)
        {
            var c = text[i];
            if (c is > ' ' and < '\u007F')
                return true;
            if (!char.IsSurrogate(c))
            {
                if (!IsWhiteSpace(c) && !IsInvisible(c))
                    return true;
            }
            else if (!Rune.TryGetRuneAt(text, i++, out var rune) || !IsInvisible(rune.Value))
                return true;
        }
        return false;
    }

    /// <summary>Something visible, no U+0000, and at most so many UTF-16 code units.</summary>
    public static bool IsText([NotNullWhen(true)] string? text, int maxChars) => text?.Length <= maxChars && IsIn(text) && !text.Contains('\0');

    /// <summary>Unicode's White_Space; all of it is below U+10000.</summary>
    public static bool IsWhiteSpace(char c) => char.IsWhiteSpace(c);

    /// <param name="codePoint">0 to 0x10FFFF.</param>
    public static bool IsInvisible(int codePoint)
    {
        var (from, to) = (0, Invisible.Length / 2);
        while (from < to)
        {
            var middle = (from + to) / 2;
            if (codePoint > Invisible[2 * middle + 1])
                from = middle + 1;
            else
                to = middle;
        }
        return 2 * from < Invisible.Length && codePoint >= Invisible[2 * from];
    }

    /// <summary>Without the white space at both ends.</summary>
    public static string Trim(string text) => text.Trim();

    /// <summary>False where half of a surrogate pair stands alone: that can be neither folded nor stored.</summary>
    public static bool IsWellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
            if (char.IsSurrogate(text[i]) && (!char.IsHighSurrogate(text[i]) || i + 1 == text.Length || !char.IsLowSurrogate(text[++i])))
                return false;
        return true;
    }
}
