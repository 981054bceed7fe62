using System.Text;
using System.Text.Json.Nodes;
using Im.Protocol;
using Json.Schema;

namespace Im.Tests.Protocol;

/// <summary>The schema of the frames takes what the protocol takes, and the protocol page's table of fields says the same.</summary>
public sealed class SchemaTests
{
    public static TheoryData<string> Frames => [.. Files];

    private static IEnumerable<string> Files => Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Golden"), "*.json").Select(path => Path.GetFileName(path))
        .Where(name => !name.StartsWith("http.", StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    [Theory, MemberData(nameof(Frames))]
    public void A_golden_frame_is_valid_and_each_of_its_mutations_is_not(string file)
    {
        var name = file.Split('.');
        var (version, side, frame) = (name[0] == "v2" ? 2 : 1, name[0] == "v2" ? name[1] : name[0], Read(file));
        var schema = FrameSchema.OfVersion(version);
        Assert.True(schema.IsValid(side, frame), file);
        var definition = schema.Definitions[$"{side}.{frame["type"]}"]!;
        Assert.All(definition["required"]!.AsArray().Select(field => $"{field}"), field => Assert.False(schema.IsValid(side, Without(frame, field)), $"without {field}"));
        foreach (var (field, type) in definition["properties"]!.AsObject().Where(property => frame.ContainsKey(property.Key)))
        {
            var said = Say(type!);
            List<JsonNode> wrong = [new JsonArray(7), said is "integer" or "integer or null" ? "seven" : 7];
            if (!said.StartsWith("object", StringComparison.Ordinal))
                wrong.Add(new JsonObject());
            Assert.All(wrong, value => Assert.False(schema.IsValid(side, With(frame, field, value)), $"{field} = {value.ToJsonString()}"));
        }
        Assert.True(schema.IsValid(side, With(frame, "laterField", new JsonObject { ["x"] = 1 })), "An unknown field is to be ignored.");
        Assert.False(schema.IsValid(side, With(frame, "type", "weather")));
    }

    [Fact]
    public void A_golden_frame_that_is_of_one_version_alone_is_not_valid_in_the_other()
    {
        string[] common = [.. Common<ClientFrame>("client"), .. Common<ServerFrame>("node")];
        foreach (var file in Files)
        {
            var (name, frame) = (file.Split('.'), Read(file));
            if (common.Contains($"{(name[0] == "v2" ? name[1] : name[0])}.{frame["type"]}"))
                continue;
            var (other, side) = name[0] == "v2" ? (1, name[1]) : (2, name[0]);
            Assert.False(FrameSchema.OfVersion(other).IsValid(side, frame), file);
        }
    }

    private static IEnumerable<string> Common<TFrame>(string side) => ProtocolVersions.FramesOf<TFrame>(1).Intersect(ProtocolVersions.FramesOf<TFrame>(2)).Select(frame => $"{side}.{frame.Name}");

    [Theory, InlineData(1), InlineData(2)]
    public void The_schema_is_one_of_2020_12(int version)
    {
        var document = FrameSchema.OfVersion(version).Document;
        Assert.True(MetaSchemas.Draft202012.Evaluate(document, new() { OutputFormat = OutputFormat.List }).IsValid);
        Assert.Equal("https://json-schema.org/draft/2020-12/schema", document["$schema"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("""{"type":"send","id":"1","text":"hi"}""", false)]
    [InlineData("""{"type":"send","id":"1","text":"hi","conversation":"lobby","user":"0f9a6c1e-7d44-4b8e-9c3a-5b1e2d7f8a02"}""", false)]
    [InlineData("""{"type":"send","id":"1","text":"hi","conversation":null,"user":"0f9a6c1e-7d44-4b8e-9c3a-5b1e2d7f8a02"}""", true)]
    [InlineData("""{"type":"send","text":"hi","conversation":"lobby"}""", false)]
    [InlineData("""{"type":"send","id":"","text":"hi","conversation":"lobby"}""", false)]
    [InlineData("""{"type":"send","id":"1","text":"hi","conversation":"nowhere"}""", false)]
    [InlineData("""{"type":"history","conversation":"lobby","before":1,"after":1}""", false)]
    [InlineData("""{"type":"history","conversation":"lobby","before":1,"after":null}""", true)]
    [InlineData("""{"type":"history","conversation":"lobby","limit":0}""", false)]
    [InlineData("""{"type":"history","conversation":"lobby","limit":101}""", false)]
    [InlineData("""{"type":"history","conversation":"lobby","after":-1}""", false)]
    [InlineData("""{"type":"read","conversation":"lobby","seq":9007199254740992}""", false)]
    [InlineData("""{"type":"ping","id":null}""", true)]
    public void A_frame_that_a_node_refuses_as_bad_is_not_valid(string frame, bool valid) => Assert.Equal(valid, FrameSchema.OfVersion(1).IsValid("client", JsonNode.Parse(frame)));

    [Theory]
    [InlineData("""{"type":"post","id":"1","conversation":"lobby","kind":"text","content":{"text":"hi"}}""", true)]
    [InlineData("""{"type":"post","conversation":"lobby","kind":"text","content":{"text":"hi"}}""", false)]
    [InlineData("""{"type":"post","id":"1","kind":"text","content":{"text":"hi"}}""", false)]
    [InlineData("""{"type":"post","id":"1","conversation":"lobby","kind":"text","content":{"text":""}}""", false)]
    [InlineData("""{"type":"post","id":"1","conversation":"lobby","kind":"text","content":{"mentions":[]}}""", false)]
    [InlineData("""{"type":"post","id":"1","conversation":"lobby","kind":"text","content":{"text":"hi","mentions":["tom"]}}""", false)]
    [InlineData("""{"type":"post","id":"1","conversation":"lobby","kind":"edit","content":{"text":"hi"}}""", false)]
    [InlineData("""{"type":"post","id":"1","conversation":"lobby","kind":"edit","target":null,"content":{"text":"hi"}}""", false)]
    [InlineData("""{"type":"post","id":"1","conversation":"lobby","kind":"recall","target":1,"content":{"reason":""}}""", false)]
    [InlineData("""{"type":"post","id":"1","conversation":"lobby","kind":"reaction","target":1,"content":{"keys":["a","a"]}}""", false)]
    [InlineData("""{"type":"post","id":"1","conversation":"lobby","kind":"reaction","target":1,"content":{"keys":["1","2","3","4","5","6","7","8","9"]}}""", false)]
    [InlineData("""{"type":"post","id":"1","conversation":"lobby","kind":"poll","content":{"question":"q","options":["one"]}}""", false)]
    [InlineData("""{"type":"post","id":"1","conversation":"lobby","kind":"vote","target":1,"content":{"choices":[10]}}""", false)]
    [InlineData("""{"type":"post","id":"1","conversation":"lobby","kind":"later","content":{"any":"thing"}}""", true)]
    [InlineData("""{"type":"lines","conversation":"lobby","before":1,"around":1}""", false)]
    [InlineData("""{"type":"lines","conversation":"lobby","after":1,"around":null}""", true)]
    [InlineData("""{"type":"lines","conversation":"lobby","limit":101}""", false)]
    [InlineData("""{"type":"events","conversation":"lobby"}""", false)]
    [InlineData("""{"type":"read","conversation":"lobby","seq":1}""", false)]
    public void A_frame_of_version_2_that_a_node_refuses_as_bad_is_not_valid(string frame, bool valid) => Assert.Equal(valid, FrameSchema.OfVersion(2).IsValid("client", JsonNode.Parse(frame)));

    [Theory, InlineData(2, "### All fields"), InlineData(1, "### All fields of version 1")]
    public void The_protocol_pages_table_of_fields_is_the_schema(int version, string title)
    {
        var page = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "protocol.md"));
        var written = page.SkipWhile(line => line != title).Skip(1).TakeWhile(line => !line.StartsWith('#'))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal) || line.StartsWith("| client", StringComparison.Ordinal) || line.StartsWith("| node", StringComparison.Ordinal)).ToArray();
        var expected = FieldTable(version);
        Assert.True(expected.SequenceEqual(written), $"The table should be:\n{string.Join('\n', expected)}\n");
    }

    [Fact]
    public void Every_frame_of_a_client_says_how_it_is_answered() =>
        Assert.Equal(new[] { 1, 2 }.SelectMany(ProtocolSchema.TypesOf<ClientFrame>).Distinct().Order(), ProtocolSchema.Answers.Keys.Order());

    /// <summary>A row for each frame, then for each part: what is always there, and what may be missing (or null).</summary>
    private static string[] FieldTable(int version)
    {
        var definitions = FrameSchema.OfVersion(version).Definitions;
        string[] names =
        [
            .. ProtocolSchema.TypesOf<ClientFrame>(version).Select(type => $"client.{type}"), .. ProtocolSchema.TypesOf<ServerFrame>(version).Select(type => $"node.{type}"),
            .. definitions.Where(definition => definition.Value!["properties"] is not null).Select(definition => definition.Key).Where(name => !name.Contains('.')).Order(StringComparer.Ordinal),
        ];
        return [.. names.Select(name =>
        {
            var definition = definitions[name]!;
            var required = definition["required"]!.AsArray().Select(field => field!.GetValue<string>()).ToHashSet();
            var fields = definition["properties"]!.AsObject().Where(property => property.Key != "type").Select(property => (Required: required.Contains(property.Key), Text: $"`{property.Key}` {Say(property.Value!)}")).ToArray();
            var title = name.Split('.') is [var side, var type] ? $"{side} `{type}`" : $"`{name}`";
            var always = string.Join(", ", fields.Where(field => field.Required).Select(field => field.Text));
            var sometimes = string.Join(", ", fields.Where(field => !field.Required).Select(field => field.Text.Replace(" or null", "", StringComparison.Ordinal)));
            return $"| {title} | {always} | {sometimes} |";
        })];
    }

    private static string Say(JsonNode schema) => schema switch
    {
        _ when schema["$ref"] is { } reference => Part(reference),
        _ when schema["anyOf"] is { } either => $"{Part(either[0]!["$ref"]!)} or null",
        _ when schema["items"] is { } item => $"list of {Say(item)}",
        _ when schema["additionalProperties"] is { } value => $"object of {Say(value)}",
        _ when schema["type"] is JsonArray types => string.Join(" or ", types),
        _ => $"{schema["type"] ?? "constant"}",
    };

    private static string Part(JsonNode reference) => reference.GetValue<string>().Split('/')[^1] switch { "Uuid" => "UUID", "Conversation" => "conversation", var name => name };

    private static JsonObject Read(string file) => JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", file), Encoding.UTF8))!.AsObject();

    private static JsonObject Without(JsonObject frame, string name) => With(frame, name, null);

    private static JsonObject With(JsonObject frame, string name, JsonNode? value)
    {
        var copy = frame.DeepClone().AsObject();
        copy.Remove(name);
        if (value is not null)
            copy[name] = value.DeepClone();
        return copy;
    }
}
