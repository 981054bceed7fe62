using System.Text;

namespace Im.Web.Accounts;

/// <summary>Where the zero width non-joiner and joiner are spelling and not a trick: the contexts A1, A2 and B of UAX #31, 2.3.</summary>
internal static class JoinControls
{
    public const int NonJoiner = 0x200C, Joiner = 0x200D;

    /// <param name="text">Each character with what the table says of it.</param>
    /// <param name="at">Where ZWNJ or ZWJ stands.</param>
    public static bool MayStand(ReadOnlySpan<Rune> text, int at) => text[at].Value switch
    {
        NonJoiner => SplitsJoined(text, at) || FollowsVirama(text, at) && LetterFollows(text, at),
        Joiner => FollowsVirama(text, at) && !(at + 1 < text.Length && Has(text[at + 1], JoinFlags.DependentVowel)),
        _ => false,
    };

    // A1: between two letters that would join, as in Persian.
    private static bool SplitsJoined(ReadOnlySpan<Rune> text, int at)
    {
        var (before, after) = (at - 1, at + 1);
        while (before >= 0 && Has(text[before], JoinFlags.Transparent))
            before--;
        while (after < text.Length && Has(text[after], JoinFlags.Transparent))
            after++;
        return before >= 0 && after < text.Length && Has(text[before], JoinFlags.JoinsNext) && Has(text[after], JoinFlags.JoinsPrevious);
    }

    // A2 and B: after a letter with a virama, as in Sinhala and Hindi.
    private static bool FollowsVirama(ReadOnlySpan<Rune> text, int at)
    {
        var virama = false;
        var before = at - 1;
        for (; before >= 0 && (Has(text[before], JoinFlags.Virama) || Has(text[before], virama ? JoinFlags.NonspacingMark : JoinFlags.ReorderedMark)); before--)
            virama |= Has(text[before], JoinFlags.Virama);
        return virama && before >= 0 && IsLetter(text[before]);
    }

    private static bool LetterFollows(ReadOnlySpan<Rune> text, int at)
    {
        var after = at + 1;
        while (after < text.Length && Has(text[after], JoinFlags.ReorderedMark))
            after++;
        return after < text.Length && IsLetter(text[after]);
    }

    private static bool Has(Rune rune, JoinFlags flag) => (UnicodeTable.Instance[rune].Flags & flag) != 0;

    private static bool IsLetter(Rune rune) => UnicodeTable.Instance[rune].Class == CharacterClass.Letter;
}
