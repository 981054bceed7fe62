using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Im.Protocol;

/// <summary>
/// JSON Schema (2020-12) of every frame of a version, made from the records that are sent. <c>$defs</c> has one for each frame (<c>client.post</c>, <c>node.hello</c>), one for each side
/// (<c>client</c>, <c>node</c>), the parts that frames share (<c>User</c>, <c>Line</c>), and the content of each kind of event. Objects are open, as the protocol grows by fields that readers ignore.
/// </summary>
/// <remarks>Only keywords that mean the same in draft 7, so that the AsyncAPI document can have them too.</remarks>
public sealed class ProtocolSchema
{
    // 2^53 - 1, the largest that every JSON reader keeps exact.
    private const long MaxInteger = 9_007_199_254_740_991;

    private const string Uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

    /// <summary>With which frame of the node a client's frame is answered, besides <c>error</c>; null: with none.</summary>
    public static readonly IReadOnlyDictionary<string, string?> Answers = new Dictionary<string, string?>
    {
        ["post"] = "ack", ["lines"] = "lines", ["events"] = "events", ["send"] = "ack", ["history"] = "history", ["conversations"] = "conversations", ["people"] = "people", ["read"] = "ack", ["unread"] = "ack", ["way"] = "way",
        ["typing"] = null, ["authenticate"] = "session", ["ping"] = "pong",
    };

    // Frames are nested less deep than their schemas. A frame that names its own type is described as it is, like those that are named in a list.
    private static readonly JsonSerializerOptions Options = new(ProtocolJson.Default.Options)
    {
        MaxDepth = 64,
        TypeInfoResolver = ProtocolJson.Default.WithAddedModifier(info => info.PolymorphismOptions = null),
    };

    private readonly JsonObject _definitions = [];
    private readonly int _version;
    private readonly IReadOnlyList<KindShape> _kinds;

    private ProtocolSchema(int version, IReadOnlyList<KindShape> kinds) => (_version, _kinds) = (version, kinds);

    /// <summary>A new document.</summary>
    /// <param name="kinds">All that the server knows.</param>
    public static JsonObject Create(int version, IReadOnlyList<KindShape> kinds)
    {
        var schema = new ProtocolSchema(version, kinds);
        schema.AddFrames<ClientFrame>("client", schema.LimitClient);
        schema.AddFrames<ServerFrame>("node", schema.LimitNode);
        return new()
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["$id"] = $"urn:im:protocol:{version}",
            ["title"] = $"Frames of the Im protocol, version {version}",
            ["anyOf"] = new JsonArray(Reference("client"), Reference("node")),
            ["$defs"] = schema._definitions,
        };
    }

    /// <summary>The frames of one side: the names of its <c>type</c>s.</summary>
    public static IEnumerable<string> TypesOf<TFrame>(int version) => ProtocolVersions.FramesOf<TFrame>(version).Select(frame => frame.Name);

    private void AddFrames<TFrame>(string side, Action<string, JsonObject> limit)
    {
        foreach (var (name, record) in ProtocolVersions.FramesOf<TFrame>(_version))
        {
            var schema = Export(record, $"{side}.{name}", isClients: side == "client");
            schema["properties"]!.AsObject().Insert(0, "type", new JsonObject { ["const"] = name });
            schema["required"]!.AsArray().Insert(0, "type");
            limit(name, schema);
            _definitions[$"{side}.{name}"] = schema;
        }
        _definitions[side] = new JsonObject { ["oneOf"] = new JsonArray([.. TypesOf<TFrame>(_version).Select(name => Reference($"{side}.{name}"))]) };
    }

    private JsonObject Export(Type type, string name, bool isClients = false)
    {
        var info = Options.GetTypeInfo(type);
        var schema = JsonSchemaExporter.GetJsonSchemaAsNode(info, new()
        {
            TreatNullObliviousAsNonNullable = true,
            TransformSchemaNode = (context, node) => context.Path.IsEmpty ? node : Part(context, node),
        }).AsObject();
        schema["type"] = "object";
        schema["properties"] ??= new JsonObject();
        schema.Remove("required");
        string[] elsewhere = name switch { "node.event" => ["effects", "tally"], "Line" => ["via", "effect", "slot"], "Event" => ["via", "effects", "tally"], _ => [] };
        var properties = info.Properties.Where(property => !elsewhere.Contains(property.Name) && (property.AttributeProvider is not { } member || ProtocolVersions.Has(member, _version))).ToList();
        foreach (var absent in info.Properties.Except(properties))
            schema["properties"]!.AsObject().Remove(absent.Name);
        // A node writes all it has; of what a client may leave out the serialiser knows.
        Require(schema, [.. properties.Where(property => isClients ? property.IsRequired : !property.IsGetNullable || IsAlwaysThere(property)).Select(property => property.Name)]);
        if (type == typeof(EventFrame))
            DescribeEvent(name, schema);
        return schema;
    }

    private static bool IsAlwaysThere(JsonPropertyInfo property) =>
        Of<JsonIgnoreAttribute>(property) is { Condition: JsonIgnoreCondition.Never } || Of<SinceAttribute>(property) is { Always: true };

    private static T? Of<T>(JsonPropertyInfo? property) where T : Attribute => property?.AttributeProvider?.GetCustomAttributes(typeof(T), inherit: false) is [T attribute] ? attribute : null;

    private JsonNode Part(JsonSchemaExporterContext context, JsonNode node)
    {
        var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        var isNullable = context.PropertyInfo?.IsGetNullable == true;
        // The exporter refers to a list of the same items by its place, which is another one here.
        if (context.TypeInfo is { Kind: JsonTypeInfoKind.Enumerable, ElementType: { } element } && node["$ref"] is not null)
            node = new JsonObject { ["type"] = "array", ["items"] = IsNamed(Options.GetTypeInfo(element)) ? Reference(NameOf(element, context.Path)) : JsonSchemaExporter.GetJsonSchemaAsNode(Options, element) };
        if (type == typeof(int) || type == typeof(long))
        {
            node["minimum"] = 0;
            node["maximum"] = type == typeof(int) ? int.MaxValue : MaxInteger;
        }
        if (Of<SinceAttribute>(context.PropertyInfo) is { Always: true } && node["type"] is JsonArray orNull)
            node["type"] = $"{orNull[0]}";
        Of<SizeAttribute>(context.PropertyInfo)?.Limit(node);
        if (type == typeof(RawJson))
            return new JsonObject { ["type"] = isNullable ? new JsonArray("object", "null") : "object" };
        if (type.IsEnum)
            node["type"] = isNullable ? new JsonArray("string", "null") : "string";
        if (!IsNamed(Options.GetTypeInfo(type)))
            return node;
        var name = NameOf(type, context.Path);
        if (!_definitions.ContainsKey(name))
        {
            _definitions[name] = new JsonObject(); // its own turn, should it contain itself
            _definitions[name] = type == typeof(Guid) ? new JsonObject { ["type"] = "string", ["pattern"] = $"^{Uuid}$" }
                : type == typeof(ConversationId) ? new JsonObject { ["type"] = "string", ["pattern"] = $"^(lobby|{Uuid})$" }
                : Export(type, name);
        }
        return isNullable ? OrNull(name) : Reference(name);
    }

    // A part with a name of its own; other types are said where they are.
    private static bool IsNamed(JsonTypeInfo info) =>
        info.Type == typeof(Guid) || info.Type == typeof(ConversationId) || info.Kind == JsonTypeInfoKind.Object && info.Type.Assembly == typeof(ProtocolSchema).Assembly;

    // An event is one record, which says more live, and more as a line of a page.
    private static string NameOf(Type type, ReadOnlySpan<string> path) =>
        type == typeof(Guid) ? "Uuid"
        : type == typeof(ConversationId) ? "Conversation"
        : type == typeof(EventFrame) ? path.ContainsAny(["lines", "quoted", "last"]) ? "Line" : "Event"
        : type == typeof(ConversationInfo) ? nameof(ConversationSummary)
        : type.Name.Replace("Info", "", StringComparison.Ordinal);

    private void LimitClient(string name, JsonObject schema)
    {
        var properties = schema["properties"]!.AsObject();
        if (name is "post" or "send")
            RequireAs(schema, "id", "string");
        if (name == "post")
            schema["allOf"] = new JsonArray([.. _kinds.Where(kind => kind.IsForClients).Select(kind => Case(kind, Reference(ContentOf(kind)), kind.Effect is null ? [] : ["target"]))]);
        string[] cursors = [.. ((string[])["before", "after", "around"]).Where(properties.ContainsKey)];
        if (cursors.Length > 1)
            schema["not"] = new JsonObject { ["anyOf"] = new JsonArray([.. cursors.SelectMany((one, index) => cursors.Skip(index + 1).Select(other => Given(one, other)))]) };
        if (properties.ContainsKey("user"))
            schema["oneOf"] = new JsonArray(Given("conversation"), Given("user"));
    }

    private void LimitNode(string name, JsonObject schema)
    {
        var properties = schema["properties"]!.AsObject();
        // No enum: there may be more of them one day.
        if (name == "error")
            properties["code"]!["examples"] = Constants(typeof(ErrorCodes));
        if (name == "session")
            properties["reason"]!["examples"] = Constants(typeof(SessionFrame));
        if (name == "message")
            RequireAs(schema, "id", "string");
        else if (name is not ("error" or "event") && !Answers.Values.Contains(name))
            properties.Remove("id"); // answers nothing
    }

    // A kind that this version of the server does not know may have any content.
    private void DescribeEvent(string name, JsonObject schema)
    {
        RequireAs(schema, "id", "string");
        if (name == "Line")
            RequireAs(schema, "line", "integer");
        schema["allOf"] = new JsonArray([.. _kinds.Where(kind => kind.IsLine || name != "Line").Select(kind =>
        {
            var one = Case(kind, OrNull(ContentOf(kind)), kind.Effect is not null ? ["target", "effect", "slot"] : kind.IsLine ? ["line"] : []);
            if (kind.Effect is { } effect)
                one["then"]!["properties"]!["effect"] = new JsonObject { ["const"] = JsonNamingPolicy.CamelCase.ConvertName($"{effect}") };
            return one;
        })]);
    }

    private static JsonObject Case(KindShape kind, JsonNode content, string[] required)
    {
        var then = Given(required);
        then["properties"]!["content"] = content;
        return new() { ["if"] = new JsonObject { ["required"] = new JsonArray("kind"), ["properties"] = new JsonObject { ["kind"] = new JsonObject { ["const"] = kind.Name } } }, ["then"] = then };
    }

    private string ContentOf(KindShape kind)
    {
        var name = kind.Content.Name;
        if (!_definitions.ContainsKey(name))
            _definitions[name] = Export(kind.Content, name);
        return name;
    }

    private JsonArray Constants(Type type) =>
        [.. type.GetFields().Where(field => field.IsLiteral && ProtocolVersions.Has(field, _version)).Select(field => JsonValue.Create((string)field.GetRawConstantValue()!))];

    // Null is as good as absent.
    private static JsonObject Given(params string[] names) => new()
    {
        ["required"] = new JsonArray([.. names]),
        ["properties"] = new JsonObject(names.Select(name => KeyValuePair.Create<string, JsonNode?>(name, new JsonObject { ["not"] = new JsonObject { ["type"] = "null" } }))),
    };

    private static void RequireAs(JsonObject schema, string name, string type)
    {
        schema["properties"]![name]!["type"] = type;
        Require(schema, name);
    }

    private static void Require(JsonObject schema, params string[] names)
    {
        var required = schema["required"]?.AsArray() ?? [];
        foreach (var name in names)
            required.Add(name);
        schema["required"] = required;
    }

    private static JsonObject Reference(string name) => new() { ["$ref"] = $"#/$defs/{name}" };

    private static JsonObject OrNull(string name) => new() { ["anyOf"] = new JsonArray(Reference(name), new JsonObject { ["type"] = "null" }) };
}
