using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Im.Tests.Protocol;

namespace Im.Tests.Web;

/// <summary>What is served for programs about the socket: the frames' schema, and the AsyncAPI document, which has the same.</summary>
[Collection(WebCollection.Name)]
public sealed class SocketDescriptionTests(WebServer server)
{
    private readonly Browser _browser = server.NewBrowser();

    [Theory, InlineData(1), InlineData(2)]
    public async Task The_schema_is_the_one_the_golden_frames_are_checked_with(int version) =>
        Assert.True(JsonNode.DeepEquals(FrameSchema.OfVersion(version).Document, await ReadAsync($"/schema/v{version}.json", "application/schema+json")));

    [Theory, InlineData(1), InlineData(2)]
    public async Task The_AsyncAPI_document_has_every_frame_with_the_same_schema_and_every_request_with_its_answers(int version)
    {
        var document = await ReadAsync($"/asyncapi/v{version}.json", "application/vnd.aai.asyncapi+json");
        Assert.Equal(("3.0.0", $"{version}"), ($"{document["asyncapi"]}", $"{document["info"]!["version"]}"));
        var definitions = FrameSchema.OfVersion(version).Definitions;
        var schemas = document["components"]!["schemas"]!;
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(definitions.ToJsonString().Replace("#/$defs/", "#/components/schemas/", StringComparison.Ordinal)), schemas));

        string[] frames = [.. definitions.Select(definition => definition.Key).Where(name => name.Contains('.'))];
        var channel = document["channels"]!["socket"]!;
        Assert.Equal("/ws", $"{channel["address"]}");
        Assert.Equal(frames.Order(), channel["messages"]!.AsObject().Select(message => message.Key).Order());
        Assert.All(frames, name => Assert.Equal($"#/components/schemas/{name}", $"{document["components"]!["messages"]![name]!["payload"]!["$ref"]}"));
        var operations = document["operations"]!.AsObject();
        Assert.Equal(frames.Where(name => name.StartsWith("client.", StringComparison.Ordinal)).Select(name => name[7..]).Append("frames").Order(), operations.Select(operation => operation.Key).Order());
        Assert.Equal("#/channels/socket/messages/node.ack", $"{operations["read"]!["reply"]!["messages"]![0]!["$ref"]}");
        Assert.All(References(document), reference => Assert.NotNull(Find(document, reference)));
    }

    [Theory, InlineData("/openapi/v1.json"), InlineData("/schema/v1.json"), InlineData("/schema/v2.json"), InlineData("/asyncapi/v1.json"), InlineData("/asyncapi/v2.json")]
    public async Task Who_has_a_description_is_not_sent_it_again(string path)
    {
        var tag = (await _browser.GetAsync(path)).ShouldBeOk().Headers.ETag;
        var again = new HttpRequestMessage(HttpMethod.Get, path);
        again.Headers.IfNoneMatch.Add(tag!);
        var answer = await _browser.SendAsync(again);
        Assert.Equal((HttpStatusCode.NotModified, ""), (answer.Status, answer.Text));
    }

    private async Task<JsonObject> ReadAsync(string path, string type)
    {
        var answer = (await _browser.GetAsync(path)).ShouldBeOk();
        Assert.Equal(type, answer.ContentHeaders.ContentType?.MediaType);
        return JsonSerializer.Deserialize<JsonObject>(answer.Text)!;
    }

    private static JsonNode? Find(JsonNode document, string reference) =>
        reference.Split('/').Skip(1).Aggregate((JsonNode?)document, (node, name) => node?[name]);

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject one => one.SelectMany(property => property.Key == "$ref" ? [$"{property.Value}"] : References(property.Value)),
        JsonArray many => many.SelectMany(References),
        _ => [],
    };
}
