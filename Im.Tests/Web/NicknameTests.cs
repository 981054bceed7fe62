using Im.Web.Accounts;

namespace Im.Tests.Web;

public sealed class NicknameTests
{
    [Theory]
    [InlineData("Jenny", "Jenny")]
    [InlineData("小明", "小明")]
    [InlineData("  Jenny \u3000 Lee ", "Jenny Lee")] // trimmed, white space made one blank
    [InlineData("Nguye\u0302\u0303n", "Nguy\u1EC5n")] // composed
    [InlineData("👨‍👩‍👧‍👦", "👨‍👩‍👧‍👦")] // a family is one character
    [InlineData("❤️", "❤️")]
    [InlineData("❤️‍🔥 🇨🇳", "❤️‍🔥 🇨🇳")]
    [InlineData("👍🏽", "👍🏽")]
    [InlineData("שָׁלוֹם", "שָׁלוֹם")]
    [InlineData("1234567890123456", "1234567890123456")]
    [InlineData("👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦", "👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦")] // 16 of them
    public void A_nickname_is_what_a_person_sees(string typed, string shown)
    {
        Assert.True(Nickname.TryParse(typed, out var nickname));
        Assert.Equal(shown.Normalize(), nickname);
    }

    [Theory]
    [InlineData(""), InlineData(" "), InlineData("\u3000\u2003")]
    [InlineData("12345678901234567")]
    [InlineData("a\0b"), InlineData("a\nb"), InlineData("a\tb"), InlineData("\u001Bx"), InlineData("a\u0085b")]
    [InlineData("a\u200Bb"), InlineData("a\u200Db"), InlineData("a\u200D"), InlineData("a\uFEFF"), InlineData("a\u00ADb"), InlineData("\u2060")] // zero width, soft hyphen
    [InlineData("👩\u200D"), InlineData("👩\u200Da"), InlineData("👩\u200D\u200D👩")] // joined with nothing
    [InlineData("a\u202Eb"), InlineData("a\u2066b"), InlineData("a\u200E")] // direction
    [InlineData("\u2028"), InlineData("a\u2029b")]
    [InlineData("a\uFE0F"), InlineData("\uFE0F"), InlineData("a\U000E0101")] // variation
    [InlineData("\u3164"), InlineData("\u115F"), InlineData("\u2800"), InlineData("\uFFA0"), InlineData("a\u034Fb")] // blank though it is a letter
    [InlineData("\uE000"), InlineData("\uFFFF"), InlineData("\u0378")] // private, no character, unassigned
    [InlineData("a\u0301\u0301\u0301\u0301\u0301\u0301")] // a tower of accents
    [InlineData("ﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺ")] // 16 characters that stand for hundreds
    public void What_cannot_be_seen_or_is_too_long_is_no_nickname(string typed) => Assert.False(Nickname.TryParse(typed, out _));

    [Theory]
    [InlineData("نیک\u200Cنام")] // Persian: the non-joiner is spelling (A1)
    [InlineData("می\u200Cخواهم")]
    [InlineData("हिन्\u200Cदी")] // after a virama (A2)
    [InlineData("ශ්\u200Dරී")] // Sinhala: the joiner after a virama (B)
    [InlineData("क्\u200Dष")]
    [InlineData("O'Brien"), InlineData("O’Brien"), InlineData("Anne-Marie"), InlineData("J. R."), InlineData("Jean–Luc", false), InlineData("[bot] x_1"), InlineData("C3PO & Co.")]
    [InlineData("Müller"), InlineData("Łukasz"), InlineData("Nguyễn Văn"), InlineData("Ѓорѓи"), InlineData("Ελένη"), InlineData("ქეთი"), InlineData("Հայկ"), InlineData("አበበ")]
    [InlineData("山田 太郎"), InlineData("山田タロウ"), InlineData("やまだTaro"), InlineData("김민수Kim"), InlineData("𠮷野家"), InlineData("々〇"), InlineData("ㄅㄆ小明Ming"), InlineData("ジョン・スミス")]
    [InlineData("עַמִּי"), InlineData("צ׳רלי"), InlineData("مُحَمَّد"), InlineData("สมชาย"), InlineData("দীপা"), InlineData("தமிழ்"), InlineData("བསྟན་འཛིན"), InlineData("ᏣᎳᎩ"), InlineData("ᐃᓄᒃ"), InlineData("ⵣⵉⵔⵉ")]
    [InlineData("Jenny 🇨🇳"), InlineData("🏳️‍🌈"), InlineData("👩🏽‍🚀 Ada"), InlineData("٣محمد"), InlineData("३राम"), InlineData("ｼﾞｮﾝ")]
    // Scripts that are not written together.
    [InlineData("J\u0435nny", false), InlineData("Иван Smith", false), InlineData("Αlex", false), InlineData("Ꮪam", false), InlineData("김さくら", false), InlineData("かなㄅ", false), InlineData("Аλ", false), InlineData("עלי علي", false)]
    [InlineData("٣३", false), InlineData("1٣", false)] // digits of two kinds
    // Marks with nothing to stand on, and towers.
    [InlineData("\u0301", false), InlineData("\u0301\u0302", false), InlineData("\u0E31", false), InlineData("1\u0301", false), InlineData("a \u0301", false), InlineData(".\u0301", false), InlineData("❤\u0301", false)]
    [InlineData("a\u0301\u0301", false), InlineData("a\u0489", false), InlineData("a\u20DD", false)]
    // Joiners where they are no spelling.
    [InlineData("Jen\u200Cny", false), InlineData("\u200Cنام", false), InlineData("نام\u200C", false), InlineData("د\u200Cن", false), InlineData("小\u200D明", false), InlineData("क्\u200Dा", false), InlineData("क\u200Cष", false)]
    // Letters of phonetics, of dead scripts, of mathematics, symbols that are no emoji.
    [InlineData("\u0251da", false), InlineData("ᴀda", false), InlineData("𐌰𐌳𐌰", false), InlineData("Ⰰⰰ", false), InlineData("★", false), InlineData("∑", false), InlineData("a─b", false), InlineData("🇨", false), InlineData("🇨🇳🇨", false)]
    [InlineData("...", false), InlineData("-", false), InlineData("\u00B4", false), InlineData("ー", true)]
    public void A_new_name_is_of_one_script_or_of_those_written_together(string typed, bool allowed = true) => Assert.Equal(allowed, Nickname.TryParse(typed, out _));

    [Theory]
    [InlineData("(deleted)"), InlineData("(Deleted)"), InlineData("( DELETED )"), InlineData("（deleted）"), InlineData("[deleted]"), InlineData("de1eted"), InlineData("ⓓⓔⓛⓔⓣⓔⓓ"), InlineData("dél\u0115ted")]
    [InlineData("admin"), InlineData("Admin"), InlineData("ADMIN"), InlineData("adm1n"), InlineData("a.d.m.i.n"), InlineData("ａｄｍｉｎ"), InlineData("adrnin"), InlineData("@admin"), InlineData("🇦🇩ℳ🇮🇳"), InlineData("🅰dmin")]
    [InlineData("Administrator"), InlineData("system"), InlineData("Sy5tem", true), InlineData("lobby"), InlineData("l0bby"), InlineData("Iobby"), InlineData("dashboard"), InlineData("guest"), InlineData("Moderator"), InlineData("support")]
    [InlineData("@everyone"), InlineData("@all"), InlineData("@here"), InlineData("a11"), InlineData("Im"), InlineData("r00t"), InlineData("Staff"), InlineData("Mods"), InlineData("0wner"), InlineData("Official"), InlineData("Announcements"), InlineData("Nobody"), InlineData("@channel"), InlineData("官方"), InlineData("公告"), InlineData("Robot", true), InlineData("Helper", true), InlineData("Teamo", true), InlineData("管理员"), InlineData("Admin2", true), InlineData("Guestave", true), InlineData("Herée", true)]
    public void Nobody_has_a_name_of_the_products_own_in_any_spelling(string typed, bool allowed = false) => Assert.Equal(allowed, Nickname.TryParse(typed, out _));

    [Fact]
    public void The_table_is_Unicode_15_as_the_page_says()
    {
        Assert.Equal(new(15, 0), UnicodeTable.Instance.Version);
        Assert.Contains("Unicode 15.0", File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "protocol.md")), StringComparison.Ordinal);
    }

    // A string with half a surrogate pair does not survive as a test's argument.
    [Fact]
    public void Half_a_character_is_no_nickname() =>
        Assert.DoesNotContain(new[] { "\uD83D", "a\uDC00b", "x\uD83D" }, typed => Nickname.TryParse(typed, out _));

    [Theory]
    [InlineData("Jenny", "jenny"), InlineData("Jenny", "ＪＥＮＮＹ"), InlineData("ß", "ẞ"), InlineData("ΣΑΣ", "σας"), InlineData("é", "E\u0301")]
    [InlineData("ﬁ", "FI"), InlineData("①", "1"), InlineData("カ", "ｶ"), InlineData("❤️", "❤"), InlineData("Jenny Lee", " jenny   lee ")]
    [InlineData("Groß", "GROSS"), InlineData("ẞ", "SS"), InlineData("ŉ", "ʼN"), InlineData("ᏣᎳᎩ", "ꮳꮃꭹ"), InlineData("և", "ԵՒ"), InlineData("نیک\u200Cنام", "نیکنام"), InlineData("Jenny\t", "jenny")]
    public void Case_width_and_form_make_no_other_person(string one, string other)
    {
        Assert.True(Nickname.TryParse(one, out var first));
        Assert.True(Nickname.TryParse(other, out var second));
        Assert.Equal(Nickname.KeyOf(first), Nickname.KeyOf(second));
    }

    [Theory]
    [InlineData("Jenny", "Jeny"), InlineData("é", "e"), InlineData("👩‍👩", "👩👩"), InlineData("小明", "小朋")]
    public void Other_letters_do(string one, string other) => Assert.NotEqual(Nickname.KeyOf(one), Nickname.KeyOf(other));

    [Fact]
    public void The_key_of_a_key_is_itself()
    {
        foreach (var nickname in new[] { "ＪＥＮＮＹ", "ẞ", "ΣΑΣ", "İstanbul", "ﬁ", "ǅ", "ϓ", "ŉ", "ΐ", "ᾳ", "نیک\u200Cنام", "ශ්\u200Dරී", "👩\u200D👩" })
            Assert.Equal(Nickname.KeyOf(nickname), Nickname.KeyOf(Nickname.KeyOf(nickname)));
    }
}
