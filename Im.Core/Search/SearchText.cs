using System.Globalization;
using System.Text;

namespace Im.Core.Search;

/// <summary>
/// A text as search sees it: words, and in scripts without spaces single characters. The index and the search itself make them here and nowhere else, so neither the server's locale nor the
/// database's matters.
/// </summary>
/// <remarks>
/// Words are compared without case, width and, outside of East and South-East Asia, without marks: <c>Ｃａｆé</c> is <c>cafe</c>. Chinese, Japanese, Korean, Thai, Lao, Khmer and Burmese
/// are written without spaces, or join words: there each character is a unit.
/// </remarks>
internal static class SearchText
{
    private const ulong Basis = 14_695_981_039_346_656_037, Prime = 1_099_511_628_211; // FNV-1a
    private const ulong LinkHash = 1, SenderHash = 2, FileHash = 3;

    /// <summary>What a chunk has in which somebody wrote a link.</summary>
    public static readonly short LinkToken = TokenOf(LinkHash);

    /// <summary>What a chunk has in which somebody posted a file.</summary>
    public static readonly short FileToken = TokenOf(FileHash);

    // What each character of the basic plane is compared by; made when it is first met.
    private static readonly Folded?[] Plane = new Folded?[char.MaxValue + 1];

    public static short SenderToken(Guid sender)
    {
        Span<byte> bytes = stackalloc byte[16];
        sender.TryWriteBytes(bytes);
        var hash = Basis + SenderHash;
        foreach (var part in bytes)
            hash = (hash ^ part) * Prime;
        return TokenOf(hash);
    }

    public static bool HasLink(string text) => text.Contains("https://", StringComparison.OrdinalIgnoreCase) || text.Contains("http://", StringComparison.OrdinalIgnoreCase);

    /// <summary>Appends the text's units to the list.</summary>
    public static void Read(string text, List<SearchUnit> units)
    {
        var (open, isWord) = (false, false); // the last unit may still grow; and it is a word
        for (var at = 0; at < text.Length;)
        {
            var status = Rune.DecodeFromUtf16(text.AsSpan(at), out var rune, out var length);
            var folded = status == System.Buffers.OperationStatus.Done ? FoldedOf(rune) : Folded.Separator;
            var end = at + length;
            switch (folded.Type)
            {
                case CharacterType.Nothing:
                    break;
                case CharacterType.Separator:
                    open = false;
                    break;
                case CharacterType.Mark when open:
                    var marked = units[^1];
                    units[^1] = marked with { End = end, Hash = isWord ? marked.Hash : folded.Append(marked.Hash) };
                    break;
                case CharacterType.Word when open && isWord:
                    units[^1] = units[^1] with { End = end, Hash = folded.Append(units[^1].Hash) };
                    break;
                case CharacterType.Word:
                    units.Add(new(at, end, folded.Append(Basis), IsWord: true, IsJoined: open));
                    (open, isWord) = (true, true);
                    break;
                case CharacterType.Character or CharacterType.Symbol:
                    units.Add(new(at, end, folded.Append(Basis), IsWord: folded.Type == CharacterType.Symbol, IsJoined: open));
                    (open, isWord) = (folded.Type == CharacterType.Character, false);
                    break;
            }
            at = end;
        }
    }

    /// <summary>What of these units stands in the index: each word, and each two characters that follow one another.</summary>
    public static void AddTokens(IReadOnlyList<SearchUnit> units, ISet<short> tokens)
    {
        for (var i = 0; i < units.Count; i++)
            if (units[i].IsWord)
                tokens.Add(TokenOf(units[i].Hash));
            else if (units[i].IsJoined && !units[i - 1].IsWord)
                tokens.Add(TokenOf((units[i - 1].Hash * Prime) ^ units[i].Hash));
    }

    // 65,536 tokens, so that one takes two bytes: what shares one with another is told apart when the text itself is looked at.
    private static short TokenOf(ulong hash)
    {
        hash ^= hash >> 33;
        hash *= 0xFF51AFD7ED558CCD;
        return (short)(hash >> 48);
    }

    private static Folded FoldedOf(Rune rune) => rune.IsBmp ? Plane[rune.Value] ??= Fold(rune) : Fold(rune);

    private static Folded Fold(Rune rune)
    {
        switch (Rune.GetUnicodeCategory(rune))
        {
            case UnicodeCategory.Format:
                return Folded.Nothing;
            case UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark:
                return new(CharacterType.Mark, $"{rune}");
            case UnicodeCategory.OtherSymbol when rune.Value >= 0x2190: // pictures
                return new(CharacterType.Symbol, $"{rune}");
        }
        var text = IsHangul(rune.Value) ? $"{rune}" : $"{rune}".Normalize(NormalizationForm.FormKD);
        var kept = new StringBuilder();
        var type = CharacterType.Separator;
        foreach (var part in text.EnumerateRunes())
        {
            if (type == CharacterType.Separator && Rune.IsLetterOrDigit(part))
                type = IsCharacter(part.Value) ? CharacterType.Character : CharacterType.Word;
            if (type == CharacterType.Character || Rune.IsLetterOrDigit(part))
                kept.Append(Rune.ToLowerInvariant(Rune.ToUpperInvariant(part)));
        }
        return type == CharacterType.Separator && Rune.IsLetterOrDigit(rune) ? new(CharacterType.Word, $"{rune}") : new(type, kept.ToString());
    }

    private static bool IsHangul(int value) => value is >= 0x1100 and <= 0x11FF or >= 0x3130 and <= 0x318F or >= 0xA960 and <= 0xA97F or >= 0xAC00 and <= 0xD7FF;

    private static bool IsCharacter(int value) => IsHangul(value)
        || value is >= 0x0E00 and <= 0x0EFF // Thai, Lao
            or >= 0x1000 and <= 0x109F or >= 0x1780 and <= 0x17FF // Burmese, Khmer
            or >= 0x3005 and <= 0x3007 or >= 0x3040 and <= 0x30FF or >= 0x3100 and <= 0x312F or >= 0x31A0 and <= 0x31FF // Kana, Bopomofo
            or >= 0x3400 and <= 0x4DBF or >= 0x4E00 and <= 0x9FFF or >= 0xF900 and <= 0xFAFF or >= 0x2_0000 and <= 0x3_FFFF; // Han

    private enum CharacterType
    {
        Separator,

        /// <summary>Not seen, and parts nothing: a joiner, a soft hyphen.</summary>
        Nothing,

        /// <summary>Belongs to what stands before it.</summary>
        Mark,
        Word,
        Character,

        /// <summary>A word of its own.</summary>
        Symbol,
    }

    private sealed record Folded(CharacterType Type, string Text)
    {
        public static readonly Folded Separator = new(CharacterType.Separator, ""), Nothing = new(CharacterType.Nothing, "");

        public ulong Append(ulong hash)
        {
            foreach (var part in Text)
                hash = (hash ^ part) * Prime;
            return hash;
        }
    }
}

/// <param name="Start">UTF-16 code units, as <paramref name="End"/>, which is the first one behind it.</param>
/// <param name="Hash">Of what it is compared by.</param>
/// <param name="IsJoined">Nothing stands between it and the unit before.</param>
internal readonly record struct SearchUnit(int Start, int End, ulong Hash, bool IsWord, bool IsJoined);
