using System.Text;
using CsCheck;
using Im.Tests.Fixtures;
using Im.Protocol;

namespace Im.Tests.Protocol;

public sealed class ClientFrameReaderTests
{
    [Theory]
    [InlineData("", ErrorCodes.BadJson)]
    [InlineData("   ", ErrorCodes.BadJson)]
    [InlineData("hello", ErrorCodes.BadJson)]
    [InlineData("null", ErrorCodes.BadJson)]
    [InlineData("[]", ErrorCodes.BadJson)]
    [InlineData("\"ping\"", ErrorCodes.BadJson)]
    [InlineData("{", ErrorCodes.BadJson)]
    [InlineData("""{"type":"ping"} {}""", ErrorCodes.BadJson)]
    [InlineData("""{"type":"ping",}""", ErrorCodes.BadJson)]
    [InlineData("""{"type":"ping"/*no comments*/}""", ErrorCodes.BadJson)]
    [InlineData("\uFEFF{\"type\":\"ping\"}", ErrorCodes.BadJson)]
    [InlineData("""{"type":"send","id":"1","conversation":"lobby","text":"\ud800"}""", ErrorCodes.BadJson)]
    [InlineData("""{"type":"ping","\udc00":1}""", ErrorCodes.BadJson)]
    [InlineData("""{"type":"ping","a":[[[[[[[[1]]]]]]]]}""", ErrorCodes.BadJson)]
    [InlineData("{}", ErrorCodes.BadFrame)]
    [InlineData("""{"type":null}""", ErrorCodes.BadFrame)]
    [InlineData("""{"type":7}""", ErrorCodes.BadFrame)]
    [InlineData("""{"type":["ping"]}""", ErrorCodes.BadFrame)]
    [InlineData("""{"type":{"type":"ping"}}""", ErrorCodes.BadFrame)]
    [InlineData("""{"Type":"ping"}""", ErrorCodes.BadFrame)]
    [InlineData("""{"type":"ping","id":7}""", ErrorCodes.BadFrame)]
    [InlineData("""{"type":"ping","id":""}""", ErrorCodes.BadFrame)]
    [InlineData("""{"type":"ping","id":{}}""", ErrorCodes.BadFrame)]
    [InlineData("""{"type":"ping","id":"1","id":"2"}""", ErrorCodes.BadFrame)]
    [InlineData("""{"type":"ping","type":"ping"}""", ErrorCodes.BadFrame)]
    [InlineData("""{"type":"typing","type":"ping"}""", ErrorCodes.BadFrame)]
    [InlineData("""{"type":"send","id":"1","conversation":"lobby","text":"a","text":"b"}""", ErrorCodes.BadFrame)]
    [InlineData("""{"type":"send","id":"1","conversation":"lobby"}""", ErrorCodes.BadFrame)]
    [InlineData("""{"type":"send","id":"1","conversation":"lobby","text":null}""", ErrorCodes.BadFrame)]
    [InlineData("""{"type":"send","id":"1","conversation":"lobby","text":["hi"]}""", ErrorCodes.BadFrame)]
    [InlineData("""{"type":"send","id":"1","conversation":"nowhere","text":"hi"}""", ErrorCodes.BadFrame)]
    [InlineData("""{"type":"send","id":"1","conversation":"00000000-0000-0000-0000-000000000000","text":"hi"}""", ErrorCodes.BadFrame)]
    [InlineData("""{"type":"send","id":"1","user":"Jenny","text":"hi"}""", ErrorCodes.BadFrame)]
    [InlineData("""{"type":"history","conversation":"lobby","before":"9"}""", ErrorCodes.BadFrame)]
    [InlineData("""{"type":"history","conversation":"lobby","after":1.5}""", ErrorCodes.BadFrame)]
    [InlineData("""{"type":"history","conversation":"lobby","after":9223372036854775808}""", ErrorCodes.BadFrame)]
    [InlineData("""{"type":"read","conversation":"lobby"}""", ErrorCodes.BadFrame)]
    [InlineData("""{"type":"authenticate"}""", ErrorCodes.BadFrame)]
    [InlineData("""{"type":""}""", ErrorCodes.UnknownType)]
    [InlineData("""{"type":"PING"}""", ErrorCodes.UnknownType)]
    [InlineData("""{"type":"hello"}""", ErrorCodes.UnknownType)]
    public void A_broken_frame_is_answered_with_its_code(string json, string code)
    {
        var (frame, error) = ClientFrameReader.Read(Encoding.UTF8.GetBytes(json), 1);
        Assert.Null(frame);
        Assert.Equal(code, error?.Code);
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_bad_json()
    {
        byte[] json = [.. """{"type":"ping","id":"""u8, (byte)'"', 0xC3, (byte)'"', (byte)'}'];
        Assert.Equal(ErrorCodes.BadJson, ClientFrameReader.Read(json, 1).Error?.Code);
    }

    [Theory]
    [InlineData("""{"type":"send","id":"m-1"}""")]
    [InlineData("""{"type":"nothing","id":"m-1"}""")]
    [InlineData("""{"id":"m-1","type":9}""")]
    public void An_error_carries_the_frames_id_where_it_could_be_read(string json) =>
        Assert.Equal("m-1", ClientFrameReader.Read(Encoding.UTF8.GetBytes(json), 1).Error?.Id);

    [Fact]
    public void An_id_has_at_most_64_characters()
    {
        Assert.NotNull(ClientFrameReader.Read(Ping(new string('字', 64)), 1).Frame);
        Assert.Equal(ErrorCodes.BadFrame, ClientFrameReader.Read(Ping(new string('字', 65)), 1).Error?.Code);

        static byte[] Ping(string id) => Encoding.UTF8.GetBytes($$"""{"type":"ping","id":"{{id}}"}""");
    }

    [Fact]
    public void Unknown_fields_and_a_null_id_are_ignored_and_the_type_may_come_last()
    {
        var (frame, error) = ClientFrameReader.Read("""{"later":{"id":7,"type":[1]},"text":"hi","conversation":"lobby","id":null,"type":"send"}"""u8, 1);
        Assert.Null(error);
        Assert.Equal(new SendFrame { Conversation = ConversationId.Lobby, Text = "hi" }, frame);
    }

    [Fact]
    public void Random_bytes_end_in_a_frame_or_a_code() => Gen.Byte.Array[0, 200].ForEach(Outcome, count: 10_000);

    [Fact]
    public void A_mutated_frame_ends_in_a_frame_or_a_code()
    {
        var golden = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Golden"), "client.*.json").Select(File.ReadAllBytes).ToArray();
        var edit = Gen.Select(Gen.Int[0, 4], Gen.Int[0, 400], Gen.Byte, Gen.Int[0, 40]);
        Gen.Select(Gen.OneOf(golden), edit.Array[1, 6]).Select((frame, edits) => edits.Aggregate(frame, Mutate)).ForEach(Outcome, count: 20_000);
    }

    [Fact]
    public void A_frame_of_random_tokens_ends_in_a_frame_or_a_code()
    {
        var token = Gen.OneOf(
            "{", "}", "[", "]", ":", ",", "\"type\"", "\"id\"", "\"text\"", "\"user\"", "\"conversation\"", "\"seq\"", "\"send\"", "\"ping\"", "\"lobby\"", "\"\\ud83d\"", "null",
            "true", "-1", "1e999", "9223372036854775807", "\"\"", "\"type\":\"send\"", "\"id\":\"x\"", "\"$type\":\"send\"", "\"$ref\":\"1\"", "\"text\":\"你好\"");
        token.Array[0, 20].Select(tokens => Encoding.UTF8.GetBytes("{\"type\":\"send\"," + string.Concat(tokens) + "}")).ForEach(Outcome, count: 20_000);
    }

    private static readonly HashSet<string> Codes = [ErrorCodes.BadJson, ErrorCodes.BadFrame, ErrorCodes.UnknownType];

    // An exception fails the sample by itself; CsCheck then prints the smallest input and the seed that gives it again.
    private static bool Outcome(byte[] utf8)
    {
        var (frame, error) = ClientFrameReader.Read(utf8, 1);
        return frame is null ? error is not null && Codes.Contains(error.Code) : error is null;
    }

    private static byte[] Mutate(byte[] frame, (int Kind, int Where, byte What, int Length) edit)
    {
        if (frame.Length == 0)
            return [edit.What];
        var at = edit.Where % frame.Length;
        var end = Math.Min(frame.Length, at + edit.Length);
        return edit.Kind switch
        {
            0 => [.. frame[..at], edit.What, .. frame[(at + 1)..]],
            1 => [.. frame[..at], edit.What, .. frame[at..]],
            2 => [.. frame[..at], .. frame[end..]],
            3 => [.. frame[..end], .. frame[at..end], .. frame[end..]],
            _ => frame[..at],
        };
    }
}
