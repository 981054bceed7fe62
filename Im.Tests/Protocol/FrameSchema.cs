using System.Text.Json.Nodes;
using Im.Protocol;
using Json.Schema;

namespace Im.Tests.Protocol;

/// <summary><see cref="ProtocolSchema"/> in the hands of a validator that is not ours.</summary>
internal static class FrameSchema
{
    /// <summary>As it is served.</summary>
    public static readonly JsonObject Document = ProtocolSchema.Create();

    private static readonly Dictionary<string, JsonSchema> Sides = new() { ["client"] = Of("client"), ["node"] = Of("node") };

    /// <param name="side"><c>client</c> or <c>node</c>.</param>
    public static bool IsValid(string side, JsonNode? frame) => Sides[side].Evaluate(frame).IsValid;

    public static JsonObject Definition(string name) => Document["$defs"]![name]!.AsObject();

    private static JsonSchema Of(string side)
    {
        var schema = Document.DeepClone().AsObject();
        schema.Remove("anyOf");
        schema["$id"] = $"urn:im:test:{side}";
        schema["$ref"] = $"#/$defs/{side}";
        return JsonSchema.FromText(schema.ToJsonString());
    }
}
