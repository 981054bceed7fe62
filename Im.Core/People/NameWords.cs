using System.Text;

namespace Im.Core.People;

/// <summary>
/// What somebody is found by: the words of nickname and display name, folded, each from its beginning. Blanks, <c>-</c>, <c>_</c> and <c>.</c> are between words, and every character of Chinese, Japanese and
/// Korean is one, as those write no blanks. <see cref="Sql"/> says the same of a row, and is what the index has: change both, with a migration.
/// </summary>
internal static class NameWords
{
    /// <summary>Both names of a row.</summary>
    public const string Names = "normalized_user_name || ' ' || display_name_key";

    /// <summary>A text search vector made by us alone: no dictionary, nothing of the server's locale.</summary>
    public const string Sql = $@"array_to_tsvector(array_remove(string_to_array(regexp_replace(translate({Names}, '-_.', '   '), '([\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3])', ' \1 ', 'g'), ' '), ''))";

    /// <summary>The question for what somebody typed, folded; null where it has no word.</summary>
    public static string? ToQuery(string folded)
    {
        var spaced = new StringBuilder(folded.Length);
        foreach (var c in folded)
            _ = c is '-' or '_' or '.' ? spaced.Append(' ') : c is >= '\u3040' and <= '\u30ff' or >= '\u3400' and <= '\u9fff' or >= '\uac00' and <= '\ud7a3' ? spaced.Append(' ').Append(c).Append(' ') : spaced.Append(c);
        var words = spaced.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words.Length == 0 ? null : string.Join(" & ", words.Select(word => $"'{word.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}':*"));
    }
}
