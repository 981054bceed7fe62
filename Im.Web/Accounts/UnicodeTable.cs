using System.Diagnostics;
using System.Text;

namespace Im.Web.Accounts;

/// <summary>What a character is to a nickname.</summary>
internal enum CharacterClass : byte
{
    /// <summary>Not for nicknames.</summary>
    None,
    Letter,
    Mark,
    Digit,
    Punctuation,
    Emoji,

    /// <summary>Stands for others, as a wide letter does (NFKC), and is allowed because they are.</summary>
    Compatibility,
}

/// <summary>What the rules for ZWNJ and ZWJ ask of a character (UAX #31, 2.3).</summary>
[Flags]
internal enum JoinFlags : byte
{
    /// <summary>Joining_Type L or D: joins with what follows.</summary>
    JoinsNext = 1,

    /// <summary>Joining_Type R or D: joins with what stands before.</summary>
    JoinsPrevious = 2,
    Transparent = 4,

    /// <summary>Canonical_Combining_Class 9.</summary>
    Virama = 8,

    /// <summary>A nonspacing mark of another class than 0.</summary>
    ReorderedMark = 16,
    NonspacingMark = 32,
    DependentVowel = 64,
}

/// <param name="Scripts">A bit for each script it is used in, "Script_Extensions" as UTS #39 augments them; all bits for what is common.</param>
internal readonly record struct CharacterInfo(CharacterClass Class, JoinFlags Flags, UInt128 Scripts);

/// <summary>
/// Unicode as far as nicknames need it, from a table in the repository: servers with different versions of ICU decide alike, and stored skeletons stay comparable. Read when first used.
/// </summary>
/// <remarks>
/// <c>unicode.bin</c>: version (two bytes); sets of scripts (16 bytes each, little-endian); kinds of characters (class, flags, set); ranges (distance from the last one's end, length
/// less one, kind); case folding; look-alikes (distance from the last key, count, each target's difference to the key, its sign in the lowest bit). Each list begins with its count. All other numbers are LEB128.
/// </remarks>
internal sealed class UnicodeTable
{
    private static readonly Lazy<UnicodeTable> Read = new(() => new());

    private readonly int[] _firsts, _lasts;
    private readonly CharacterInfo[] _infos;
    private readonly Dictionary<int, string> _folds, _prototypes;

    private UnicodeTable()
    {
        using var resource = typeof(UnicodeTable).Assembly.GetManifestResourceStream("unicode.bin") ?? throw new UnreachableException();
        using var reader = new BinaryReader(resource);
        Version = new(reader.ReadByte(), reader.ReadByte());
        var sets = List(reader, () => new UInt128(upper: 0, reader.ReadUInt64()) | (UInt128)reader.ReadUInt64() << 64);
        var kinds = List(reader, () => new CharacterInfo((CharacterClass)reader.ReadByte(), (JoinFlags)reader.ReadByte(), sets[reader.Read7BitEncodedInt()]));
        var last = 0;
        var ranges = List(reader, () =>
        {
            var first = last + reader.Read7BitEncodedInt();
            last = first + reader.Read7BitEncodedInt();
            return (first, last, kinds[reader.Read7BitEncodedInt()]);
        });
        (_firsts, _lasts, _infos) = ([.. ranges.Select(range => range.first)], [.. ranges.Select(range => range.last)], [.. ranges.Select(range => range.Item3)]);
        _folds = Map(reader);
        _prototypes = Map(reader);
    }

    public static UnicodeTable Instance => Read.Value;

    /// <summary>Unicode's.</summary>
    public Version Version { get; }

    public CharacterInfo this[Rune rune]
    {
        get
        {
            var at = Array.BinarySearch(_firsts, rune.Value);
            at = at < 0 ? ~at - 1 : at;
            return at >= 0 && rune.Value <= _lasts[at] ? _infos[at] : default;
        }
    }

    /// <summary>Full case folding: <c>ß</c> is <c>ss</c>.</summary>
    public string Fold(string text) => Replaced(text, _folds);

    /// <summary>Each character replaced by the one it is taken for, if any; the inner step of UTS #39's skeleton.</summary>
    public string Prototypes(string text) => Replaced(text, _prototypes);

    private static string Replaced(string text, Dictionary<int, string> by)
    {
        var result = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            if (by.TryGetValue(rune.Value, out var other))
                result.Append(other);
            else
                result.Append(rune);
        return result.ToString();
    }

    private static T[] List<T>(BinaryReader reader, Func<T> next)
    {
        var list = new T[reader.Read7BitEncodedInt()];
        for (var i = 0; i < list.Length; i++)
            list[i] = next();
        return list;
    }

    private static Dictionary<int, string> Map(BinaryReader reader)
    {
        var key = 0;
        return List(reader, () =>
        {
            key += reader.Read7BitEncodedInt();
            return (key, string.Concat(List(reader, () => new Rune(key + Signed(reader.Read7BitEncodedInt())))));
        }).ToDictionary();
    }

    private static int Signed(int zigzag) => (zigzag >> 1) ^ -(zigzag & 1);
}
