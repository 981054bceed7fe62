using System.Text;
using System.Text.Json;
using CsCheck;
using Im.Tests.Fixtures;
using Im.Protocol;
using Im.Web.Accounts;

namespace Im.Tests.Attack;

/// <summary>
/// Two hundred thousand frames and bodies, random and mutated, through the real readers in this process: whatever the bytes are, the outcome is a frame, a body or a coded error. What
/// ever broke one is kept in <c>Corpus</c> and tried each time. The seeds are fixed (<see cref="FixedSeeds"/>); a failure prints the one that makes it again.
/// </summary>
[Trait("Category", "Attack")]
public sealed class FuzzTests
{
    private const int Bodies = 60_000, Names = 20_000;

    private static readonly string[] Codes = [ErrorCodes.BadJson, ErrorCodes.BadFrame, ErrorCodes.UnknownType];

    private static string Folder(string name) => Path.Combine(AppContext.BaseDirectory, name);

    internal static readonly byte[][] Seeds = [.. Directory.EnumerateFiles(Folder("Golden"), "*.json").Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];

    // A frame as it is, with bytes changed, cut out, repeated, or put in from another; or no frame at all.
    internal static readonly Gen<byte[]> Mutated =
        from seed in Gen.Int[0, Seeds.Length - 1].Select(index => Seeds[index])
        from other in Gen.Int[0, Seeds.Length - 1].Select(index => Seeds[index])
        from places in Gen.Int[0, int.MaxValue].Array[3]
        from values in Gen.Byte.Array[1, 8]
        from kind in Gen.Int[0, Mutation.Kinds - 1]
        select Mutation.Of(seed, other, places, values, kind);

    public static TheoryData<string> Corpus => [.. Directory.EnumerateFiles(Folder(Path.Combine("Attack", "Corpus"))).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Corpus))]
    public void What_was_found_once_is_tried_each_time(string file)
    {
        var bytes = File.ReadAllBytes(Path.Combine(Folder(Path.Combine("Attack", "Corpus")), file));
        ReadFrame(bytes);
        ReadBody(bytes);
        ReadName(Encoding.UTF8.GetString(bytes));
    }

    [Fact]
    public void Any_bytes_are_a_body_or_refused_by_the_serialiser_alone() => Mutated.ForEach(ReadBody, count: Bodies, threads: 1);

    [Fact]
    public void Any_text_is_a_nickname_a_brief_or_neither() => Gen.OneOf(Gen.String, Gen.String[Gen.Char['\u0000', '\uffff'], 0, 40], Gen.String[Gen.Char['\u0020', '\u2fff'], 0, 20]).ForEach(ReadName, count: Names, threads: 1);

    internal static void ReadFrame(byte[] bytes)
    {
        var (frame, error) = ClientFrameReader.Read(bytes, 1);
        Assert.True(frame is null != error is null);
        Assert.True(error is null || Codes.Contains(error.Code));
        Assert.True(frame?.Id is null or { Length: >= 1 and <= ProtocolLimits.MaxIdChars });
        if (frame is not null) // and what was read can be written
            JsonSerializer.SerializeToUtf8Bytes(frame, ProtocolJson.Wire.ClientFrame);
    }

    private static void ReadBody(byte[] bytes)
    {
        foreach (var type in (Type[])[typeof(LoginRequest), typeof(ProfileRequest), typeof(PasswordRequest), typeof(CreateKeyRequest), typeof(PublishRequest), typeof(PenaltyRequest), typeof(AnnouncementRequest)])
            try
            {
                JsonSerializer.Deserialize(bytes, ProtocolJson.Default.GetTypeInfo(type)!);
            }
            catch (JsonException)
            {
                // answered with bad_request
            }
    }

    private static void ReadName(string text)
    {
        if (Nickname.TryParse(text, out var nickname))
        {
            Assert.True(Nickname.TryParse(nickname, out var again) && again == nickname);
            Assert.Equal(Nickname.KeyOf(nickname), Nickname.KeyOf(Nickname.KeyOf(nickname)));
            Assert.NotEmpty(Skeleton.Of(nickname));
        }
        if (Brief.TryParse(text, out var brief))
            Assert.DoesNotContain(brief, char.IsControl);
    }
}
