using System.Collections.Frozen;
using System.Text;

namespace Im.Web.Accounts;

/// <summary>
/// What nicknames that look alike have in common, after the skeleton of Unicode's UTS #39: each letter is replaced by the one it is taken for. This is not the whole of its
/// table (some 6,300 lines, and no library on the feeds keeps it) but the part with which people are imitated: Cyrillic, Greek, Armenian, Cherokee and other
/// letters, and digits, that look like Latin ones, and <c>rn</c> and <c>vv</c>. Accents stay: they are other names.
/// </summary>
internal static class Skeleton
{
    // A letter, then what looks like it. Nicknames are case folded before, so small letters stand for capitals that look alike too (Н is н, and looks like H).
    private const string LookAlikes =
        "aаαɑᴀ bвβьʙƅꮟ cсςϲᴄꮯ dԁᴅꭰ eеεϵᴇҽэ fғſꜰ gցɡɢԍ hһнհʜꮋ iіιıɩɪӏǀ jјϳյᴊ kкκĸᴋқꮶ lⅼʟꮮ mмᴍꮇ nпηոռɴ oоοօσᴏ pрρքᴘϱꮲ qԛզ rгʀꭱ sѕƽꜱꮪ tтτᴛꭲ uυսцᴜ vνѵᴠ wԝωшᴡꮃ xхχ yуγүʏ zζᴢ";

    private static readonly FrozenDictionary<Rune, Rune> Table = LookAlikes.Split(' ')
        .SelectMany(group => group.EnumerateRunes().Skip(1), (group, like) => (like, group.EnumerateRunes().First()))
        .ToFrozenDictionary(pair => pair.like, pair => pair.Item2);

    /// <summary>Two nicknames with the same skeleton are taken for one another.</summary>
    public static string Of(string nickname)
    {
        var result = new StringBuilder();
        foreach (var rune in Nickname.KeyOf(nickname).EnumerateRunes())
            result.Append(Table.GetValueOrDefault(rune, rune));
        // Last, for what was Cyrillic may have become r and n only now. A capital i, a small L, a one and a bar are one stroke.
        return result.Replace("rn", "m").Replace("vv", "w").Replace('i', 'l').Replace('1', 'l').Replace('|', 'l').Replace('0', 'o').ToString();
    }
}
