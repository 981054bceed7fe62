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

    // A string with half a surrogate pair does not survive as a test's argument.
    [Fact]
    public void Half_a_character_is_no_nickname() =>
        Assert.DoesNotContain(new[] { "\uD83D", "a\uDC00b", "x\uD83D" }, typed => Nickname.TryParse(typed, out _));

    [Theory]
    [InlineData("Jenny", "jenny"), InlineData("Jenny", "ＪＥＮＮＹ"), InlineData("ß", "ẞ"), InlineData("ΣΑΣ", "σας"), InlineData("é", "E\u0301")]
    [InlineData("ﬁ", "FI"), InlineData("①", "1"), InlineData("カ", "ｶ"), InlineData("❤️", "❤"), InlineData("Jenny Lee", " jenny   lee ")]
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
        foreach (var nickname in new[] { "ＪＥＮＮＹ", "ẞ", "ΣΑΣ", "İstanbul", "ﬁ", "ǅ", "ϓ" })
            Assert.Equal(Nickname.KeyOf(nickname), Nickname.KeyOf(Nickname.KeyOf(nickname)));
    }
}
