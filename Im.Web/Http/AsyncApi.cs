using System.Text.Json.Nodes;
using Im.Core.Kinds;
using Im.Protocol;

namespace Im.Web.Http;

/// <summary>The AsyncAPI 3.0 document of <c>/ws</c>, seen from the server: it receives clients' frames and sends a node's. Its payloads are <see cref="ProtocolSchema"/>'s.</summary>
internal static class AsyncApi
{
    private const string Channel = "#/channels/socket";

    /// <param name="version">Of the protocol: what a connection of that version sends and gets.</param>
    /// <param name="cookie">The session's, over http.</param>
    public static JsonObject Create(int version, string cookie)
    {
        var schemas = ProtocolSchema.Create(version, EventKinds.Shapes)["$defs"]!.AsObject();
        string[] client = [.. ProtocolSchema.TypesOf<ClientFrame>(version).Select(type => $"client.{type}")], node = [.. ProtocolSchema.TypesOf<ServerFrame>(version).Select(type => $"node.{type}")];
        string[] all = [.. client, .. node];
        return new()
        {
            ["asyncapi"] = "3.0.0",
            ["info"] = new JsonObject
            {
                ["title"] = "Im",
                ["version"] = $"{version}",
                ["description"] = "The WebSocket of Im: JSON frames, one per text message. Rules, limits and close codes: docs/protocol.md. Over HTTP: `/openapi/v1.json`.",
            },
            ["defaultContentType"] = "application/json",
            ["servers"] = new JsonObject
            {
                ["page"] = new JsonObject
                {
                    ["host"] = "{host}",
                    ["protocol"] = "wss",
                    ["description"] = "Where the page is served; `ws` where that is http.",
                    ["variables"] = new JsonObject { ["host"] = new JsonObject { ["default"] = "chat.example" } },
                    ["security"] = References("#/components/securitySchemes", ["session", "bearer"]),
                },
            },
            ["channels"] = new JsonObject
            {
                ["socket"] = new JsonObject
                {
                    ["address"] = HandshakePath,
                    ["messages"] = new JsonObject(all.Select(name => KeyValuePair.Create<string, JsonNode?>(name, Reference("#/components/messages", name)))),
                    ["bindings"] = new JsonObject { ["ws"] = Handshake(version) },
                },
            },
            ["operations"] = Operations(version, node),
            ["components"] = new JsonObject
            {
                ["messages"] = new JsonObject(all.Select(name => KeyValuePair.Create<string, JsonNode?>(name, new JsonObject
                {
                    ["name"] = name[(name.IndexOf('.') + 1)..],
                    ["payload"] = Reference("#/components/schemas", name),
                }))),
                ["schemas"] = Rebased(schemas),
                ["securitySchemes"] = new JsonObject
                {
                    ["session"] = new JsonObject { ["type"] = "httpApiKey", ["in"] = "cookie", ["name"] = cookie, ["description"] = "Its name is opaque: over https it is another one. Without one: a guest." },
                    ["bearer"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["description"] = "A token of `POST /api/tokens`." },
                },
            },
        };
    }

    private static string HandshakePath => Gateway.GatewaySetup.Path;

    private static JsonObject Handshake(int version) => new()
    {
        ["method"] = "GET",
        ["query"] = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject { ["node"] = new JsonObject { ["type"] = "string", ["description"] = "A name of `/api/nodes`; another takes the connection when it is not live." } },
        },
        ["headers"] = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject { ["Sec-WebSocket-Protocol"] = new JsonObject { ["type"] = "string", ["examples"] = new JsonArray(version == 1 ? ProtocolLimits.SubProtocolOne : ProtocolLimits.SubProtocol) } },
        },
        ["bindingVersion"] = "0.1.0",
    };

    private static JsonObject Operations(int version, string[] node)
    {
        var operations = new JsonObject(ProtocolSchema.TypesOf<ClientFrame>(version).Select(type => KeyValuePair.Create<string, JsonNode?>(type, new JsonObject
        {
            ["action"] = "receive",
            ["channel"] = new JsonObject { ["$ref"] = Channel },
            ["messages"] = References($"{Channel}/messages", [$"client.{type}"]),
            ["reply"] = new JsonObject
            {
                ["channel"] = new JsonObject { ["$ref"] = Channel },
                ["messages"] = References($"{Channel}/messages", ProtocolSchema.Answers.GetValueOrDefault(type) is { } answer ? [$"node.{answer}", "node.error"] : ["node.error"]),
            },
        })));
        operations["frames"] = new JsonObject
        {
            ["action"] = "send",
            ["channel"] = new JsonObject { ["$ref"] = Channel },
            ["messages"] = References($"{Channel}/messages", node),
        };
        return operations;
    }

    private static JsonArray References(string where, string[] names) => [.. names.Select(name => Reference(where, name))];

    private static JsonObject Reference(string where, string name) => new() { ["$ref"] = $"{where}/{name}" };

    // The same schemas at another place.
    private static JsonNode Rebased(JsonObject schemas) => JsonNode.Parse(schemas.ToJsonString().Replace("\"#/$defs/", "\"#/components/schemas/", StringComparison.Ordinal))!;
}
