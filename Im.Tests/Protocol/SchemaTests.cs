using System.Text;
using System.Text.Json.Nodes;
using Im.Protocol;
using Json.Schema;

namespace Im.Tests.Protocol;

/// <summary>The schema of the frames takes what the protocol takes, and the protocol page's table of fields says the same.</summary>
public sealed class SchemaTests
{
    public static TheoryData<string> Frames => [.. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Golden"), "*.json").Select(path => Path.GetFileName(path))
        .Where(name => !name.StartsWith("http.", StringComparison.Ordinal) && !name.StartsWith("v2.", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Frames))]
    public void A_golden_frame_is_valid_and_each_of_its_mutations_is_not(string file)
    {
        var (side, frame) = (file.Split('.')[0], Read(file));
        Assert.True(FrameSchema.IsValid(side, frame), file);
        var definition = FrameSchema.Definition($"{side}.{frame["type"]}");
        Assert.All(definition["required"]!.AsArray().Select(name => $"{name}"), name => Assert.False(FrameSchema.IsValid(side, Without(frame, name)), $"without {name}"));
        foreach (var (name, schema) in definition["properties"]!.AsObject().Where(property => frame.ContainsKey(property.Key)))
        {
            JsonNode other = Say(schema!) is "integer" or "integer or null" ? "seven" : 7;
            Assert.All((JsonNode[])[new JsonObject(), new JsonArray(7), other], wrong => Assert.False(FrameSchema.IsValid(side, With(frame, name, wrong)), $"{name} = {wrong.ToJsonString()}"));
        }
        Assert.True(FrameSchema.IsValid(side, With(frame, "laterField", new JsonObject { ["x"] = 1 })), "An unknown field is to be ignored.");
        Assert.False(FrameSchema.IsValid(side, With(frame, "type", "weather")));
    }

    [Fact]
    public void The_schema_is_one_of_2020_12()
    {
        var results = MetaSchemas.Draft202012.Evaluate(FrameSchema.Document, new() { OutputFormat = OutputFormat.List });
        Assert.True(results.IsValid);
        Assert.Equal("https://json-schema.org/draft/2020-12/schema", FrameSchema.Document["$schema"]!.GetValue<string>());
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
    public void A_frame_that_a_node_refuses_as_bad_is_not_valid(string frame, bool valid) => Assert.Equal(valid, FrameSchema.IsValid("client", JsonNode.Parse(frame)));

    [Fact]
    public void The_protocol_pages_table_of_fields_is_the_schema()
    {
        var page = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "protocol.md"));
        var written = page.SkipWhile(line => !line.StartsWith("### All fields", StringComparison.Ordinal)).Skip(1).TakeWhile(line => !line.StartsWith('#'))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal) || line.StartsWith("| client", StringComparison.Ordinal) || line.StartsWith("| node", StringComparison.Ordinal)).ToArray();
        var expected = FieldTable();
        Assert.True(expected.SequenceEqual(written), $"The table should be:\n{string.Join('\n', expected)}\n");
    }

    [Fact]
    public void Every_frame_of_a_client_says_how_it_is_answered() =>
        Assert.Equal(ProtocolSchema.TypesOf<ClientFrame>().Order(), ProtocolSchema.Answers.Keys.Order());

    /// <summary>A row for each frame, then for each part: what is always there, and what may be missing (or null).</summary>
    private static string[] FieldTable()
    {
        var definitions = FrameSchema.Document["$defs"]!.AsObject();
        string[] names =
        [
            .. ProtocolSchema.TypesOf<ClientFrame>().Select(type => $"client.{type}"), .. ProtocolSchema.TypesOf<ServerFrame>().Select(type => $"node.{type}"),
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
        _ when schema["items"] is { } item => $"list of {Part(item["$ref"]!)}",
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
