using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Im.Protocol;

namespace Im.Web.Accounts;

/// <summary>The line beside a nickname.</summary>
internal static class Brief
{
    // 128 letters with a few marks each; what a text element can hold has no limit of its own.
    private const int MaxChars = 1_024;

    public static bool TryParse(string typed, [NotNullWhen(true)] out string? brief)
    {
        brief = typed.Length <= MaxChars && HasOnlyText(typed) ? VisibleText.IsIn(typed) ? VisibleText.Trim(typed) : "" : null;
        if (brief is null || new StringInfo(brief).LengthInTextElements <= ProtocolLimits.MaxBriefElements)
            return brief is not null;
        brief = null;
        return false;
    }

    private static bool HasOnlyText(string text)
    {
        for (var i = 0; i < text.Length;)
        {
            if (!Rune.TryGetRuneAt(text, i, out var rune)
                || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
                return false;
            i += rune.Utf16SequenceLength;
        }
        return true;
    }
}
