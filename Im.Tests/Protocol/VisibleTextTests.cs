using System.Globalization;
using System.Text.Json;
using Im.Client.Requests;
using Im.Client;
using Im.Protocol;

namespace Im.Tests.Protocol;

/// <summary>What is white space and what is invisible: the vectors that the TypeScript client's tests read too.</summary>
public sealed class VisibleTextTests
{
    private static readonly JsonElement Vectors = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Vectors", "text.json"))).RootElement;

    public static TheoryData<string> Texts => [.. Vectors.GetProperty("texts").EnumerateArray().Select(vector => vector.GetProperty("name").GetString()!)];

    /// <summary>A text of the vectors of which nothing is visible, by its name.</summary>
    public static TheoryData<string> TextsOfNothing =>
        [.. Vectors.GetProperty("texts").EnumerateArray().Where(vector => !vector.GetProperty("visible").GetBoolean()).Select(vector => vector.GetProperty("name").GetString()!)];

    /// <summary>The text of that name, as JSON: quoted and escaped.</summary>
    internal static string JsonOf(string name) => Vector(name).GetProperty("text").GetRawText();

    [Fact]
    public void White_space_and_invisible_are_what_the_vectors_say_of_all_code_points()
    {
        var (space, invisible) = (SetOf("whiteSpace"), SetOf("invisible"));
        Assert.DoesNotContain(Enumerable.Range(0, 0x110000), code => VisibleText.IsInvisible(code) != invisible.Contains(code));
        Assert.DoesNotContain(Enumerable.Range(0, 0x10000), code => VisibleText.IsWhiteSpace((char)code) != space.Contains(code));
        Assert.All(space, code => Assert.InRange(code, 0, 0xFFFF));
    }

    [Theory, MemberData(nameof(Texts))]
    public void A_text_is_visible_and_trimmed_as_the_vectors_say(string name)
    {
        var text = Vector(name).GetProperty("text").GetString()!;
        Assert.Equal(Vector(name).GetProperty("visible").GetBoolean(), VisibleText.IsIn(text));
        Assert.Equal(Vector(name).GetProperty("trimmed").GetString(), VisibleText.Trim(text));
    }

    [Theory, MemberData(nameof(TextsOfNothing))]
    public void The_client_does_not_send_a_text_of_nothing(string name) =>
        Assert.Equal(ErrorCodes.TextEmpty, Assert.Throws<ImException>(() => PostRules.CheckText(Vector(name).GetProperty("text").GetString()!, 4_000)).Code);

    [Fact]
    public void Half_a_pair_is_not_nothing() => Assert.All(new[] { "\uD83D", "\uDC00", "\uDB40 " }, text => Assert.True(VisibleText.IsIn(text)));

    private static JsonElement Vector(string name) => Vectors.GetProperty("texts").EnumerateArray().Single(vector => vector.GetProperty("name").GetString() == name);

    private static HashSet<int> SetOf(string name) => [.. Vectors.GetProperty(name).EnumerateArray().SelectMany(range =>
    {
        var ends = range.GetString()!.Split('-').Select(code => int.Parse(code, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToArray();
        return Enumerable.Range(ends[0], ends[^1] - ends[0] + 1);
    })];

    /// <summary>Red after an update of .NET: then the protocol page names another version of Unicode, or another rule.</summary>
    [Theory, InlineData("क्ष", 2), InlineData("👨‍👩‍👧‍👦🇨🇳", 2), InlineData("e\u0301", 1), InlineData("\U00011F04\U00011F5A", 1), InlineData("a\u1ACF", 2)] // U+11F5A is a mark since 16.0, U+1ACF since 17.0
    public void Text_elements_are_those_of_Unicode_16_0_without_GB9c(string text, int count) => Assert.Equal(count, new System.Globalization.StringInfo(text).LengthInTextElements);
}
