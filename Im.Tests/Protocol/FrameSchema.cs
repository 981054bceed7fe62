using System.Text.Json.Nodes;
using Im.Core.Kinds;
using Im.Protocol;
using Json.Schema;

namespace Im.Tests.Protocol;

/// <summary>The <see cref="ProtocolSchema"/> of a version in the hands of a validator that is not ours.</summary>
internal sealed class FrameSchema
{
    private static readonly FrameSchema[] Versions = [new(1), new(2)];

    private readonly Dictionary<string, JsonSchema> _sides;

    private FrameSchema(int version)
    {
        Document = ProtocolSchema.Create(version, EventKinds.Shapes);
        _sides = new() { ["client"] = Of("client"), ["node"] = Of("node") };
    }

    /// <summary>As it is served.</summary>
    public JsonObject Document { get; }

    public JsonObject Definitions => Document["$defs"]!.AsObject();

    public static FrameSchema OfVersion(int version) => Versions[version - 1];

    /// <param name="side"><c>client</c> or <c>node</c>.</param>
    public bool IsValid(string side, JsonNode? frame) => _sides[side].Evaluate(frame).IsValid;

    private JsonSchema Of(string side)
    {
        var schema = Document.DeepClone().AsObject();
        schema.Remove("anyOf");
        schema["$id"] = $"{schema["$id"]}:{side}";
        schema["$ref"] = $"#/$defs/{side}";
        return JsonSchema.FromText(schema.ToJsonString());
    }
}
