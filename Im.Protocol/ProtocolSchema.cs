using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Im.Protocol;

/// <summary>
/// JSON Schema (2020-12) of every frame, made from the records that are sent. <c>$defs</c> has one for each frame (<c>client.send</c>, <c>node.hello</c>), one for each side
/// (<c>client</c>, <c>node</c>), and the parts that frames share (<c>User</c>, <c>Message</c>). Objects are open, as the protocol grows by fields that readers ignore.
/// </summary>
/// <remarks>Only keywords that mean the same in draft 7, so that the AsyncAPI document can have them too.</remarks>
public static class ProtocolSchema
{
    // 2^53 - 1, the largest that every JSON reader keeps exact.
    private const long MaxInteger = 9_007_199_254_740_991;

    /// <summary>With which frame of the node a client's frame is answered, besides <c>error</c>; null: with none.</summary>
    public static readonly IReadOnlyDictionary<string, string?> Answers = new Dictionary<string, string?>
    {
        ["send"] = "ack", ["history"] = "history", ["conversations"] = "conversations", ["people"] = "people", ["read"] = "ack", ["typing"] = null, ["authenticate"] = "session", ["ping"] = "pong",
    };

    private const string Uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

    // Frames are nested less deep than their schemas.
    private static readonly JsonSerializerOptions Options = new(ProtocolJson.Default.Options) { MaxDepth = 64 };

    /// <summary>A new document.</summary>
    public static JsonObject Create()
    {
        var definitions = new JsonObject();
        AddFrames<ClientFrame>(definitions, "client", LimitClient);
        AddFrames<ServerFrame>(definitions, "node", LimitNode);
        return new()
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["$id"] = $"urn:im:protocol:{1}",
            ["title"] = $"Frames of the Im protocol, version {1}",
            ["anyOf"] = new JsonArray(Reference("client"), Reference("node")),
            ["$defs"] = definitions,
        };
    }

    /// <summary>The frames of one side: the names of its <c>type</c>s.</summary>
    public static IEnumerable<string> TypesOf<TFrame>() => Derived<TFrame>().Select(frame => (string)frame.TypeDiscriminator!);

    private static IEnumerable<JsonDerivedTypeAttribute> Derived<TFrame>() =>
        typeof(TFrame).GetCustomAttributes(typeof(JsonDerivedTypeAttribute), inherit: false).Cast<JsonDerivedTypeAttribute>().Where(frame => !OfVersionTwo.Contains(frame.DerivedType));

    private static readonly HashSet<Type> OfVersionTwo = [typeof(PostFrame), typeof(LinesRequest), typeof(EventsRequest), typeof(EventFrame), typeof(LinesFrame), typeof(EventsFrame), typeof(SeenFrame)];

    private static void AddFrames<TFrame>(JsonObject definitions, string side, Action<string, JsonObject> limit)
    {
        foreach (var frame in Derived<TFrame>())
        {
            var (name, schema) = ((string)frame.TypeDiscriminator!, Export(frame.DerivedType, definitions, isClients: side == "client"));
            schema["properties"]!.AsObject().Insert(0, "type", new JsonObject { ["const"] = name });
            schema["required"]!.AsArray().Insert(0, "type");
            limit(name, schema);
            definitions[$"{side}.{name}"] = schema;
        }
        definitions[side] = new JsonObject { ["oneOf"] = new JsonArray([.. TypesOf<TFrame>().Select(name => Reference($"{side}.{name}"))]) };
    }

    private static JsonObject Export(Type type, JsonObject definitions, bool isClients)
    {
        var info = Options.GetTypeInfo(type);
        var schema = JsonSchemaExporter.GetJsonSchemaAsNode(info, new()
        {
            TreatNullObliviousAsNonNullable = true,
            TransformSchemaNode = (context, node) => context.Path.IsEmpty ? node : Part(context, node, definitions),
        }).AsObject();
        schema["type"] = "object";
        schema["properties"] ??= new JsonObject();
        schema.Remove("required");
        // A node writes all it has; of what a client may leave out the serialiser knows.
        Require(schema, [.. info.Properties.Where(property => isClients ? property.IsRequired : !property.IsGetNullable || IsNullWritten(property)).Select(property => property.Name)]);
        return schema;
    }

    private static bool IsNullWritten(JsonPropertyInfo property) =>
        property.AttributeProvider?.GetCustomAttributes(typeof(JsonIgnoreAttribute), inherit: false) is [JsonIgnoreAttribute { Condition: JsonIgnoreCondition.Never }];

    private static JsonNode Part(JsonSchemaExporterContext context, JsonNode node, JsonObject definitions)
    {
        var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        var isNullable = context.PropertyInfo?.IsGetNullable == true;
        if (type == typeof(int) || type == typeof(long))
        {
            node["minimum"] = 0;
            node["maximum"] = type == typeof(int) ? int.MaxValue : MaxInteger;
        }
        var isOwn = type == typeof(ConversationId) || context.TypeInfo.Kind == JsonTypeInfoKind.Object && type.Assembly == typeof(ProtocolSchema).Assembly;
        if (!isOwn && type != typeof(Guid))
            return node;
        var name = type == typeof(Guid) ? "Uuid" : type.Name.Replace("Info", "", StringComparison.Ordinal).Replace("ConversationId", "Conversation", StringComparison.Ordinal);
        if (!definitions.ContainsKey(name))
        {
            definitions[name] = new JsonObject(); // its own turn, should it contain itself
            definitions[name] = type == typeof(Guid) ? new JsonObject { ["type"] = "string", ["pattern"] = $"^{Uuid}$" }
                : type == typeof(ConversationId) ? new JsonObject { ["type"] = "string", ["pattern"] = $"^(lobby|{Uuid})$" }
                : Export(type, definitions, isClients: false);
        }
        return isNullable ? new JsonObject { ["anyOf"] = new JsonArray(Reference(name), new JsonObject { ["type"] = "null" }) } : Reference(name);
    }

    private static void LimitClient(string name, JsonObject schema)
    {
        var properties = schema["properties"]!.AsObject();
        Limit(properties["id"]!, "minLength", 1, "maxLength", ProtocolLimits.MaxIdChars);
        if (name == "send")
        {
            properties["id"]!["type"] = "string";
            Require(schema, "id");
            Limit(properties["text"]!, "minLength", 1, "maxLength", ProtocolLimits.MaxTextCharsOne); // code points here, UTF-16 code units at the node
        }
        if (name == "history")
        {
            Limit(properties["limit"]!, "minimum", 1, "maximum", ProtocolLimits.MaxPageMessages);
            schema["not"] = Given("before", "after");
        }
        if (properties.ContainsKey("user"))
            schema["oneOf"] = new JsonArray(Given("conversation"), Given("user"));
    }

    private static void LimitNode(string name, JsonObject schema)
    {
        var properties = schema["properties"]!.AsObject();
        // No enum: there may be more of them one day.
        if (name == "error")
            properties["code"]!["examples"] = Constants(typeof(ErrorCodes));
        if (name == "session")
            properties["reason"]!["examples"] = Constants(typeof(SessionFrame));
        if (name == "message")
        {
            properties["id"]!["type"] = "string";
            Require(schema, "id");
        }
        else if (name != "error" && !Answers.Values.Contains(name))
            properties.Remove("id"); // answers nothing
    }

    private static JsonArray Constants(Type type) => [.. type.GetFields().Where(field => field.IsLiteral).Select(field => JsonValue.Create((string)field.GetRawConstantValue()!))];

    // Null is as good as absent.
    private static JsonObject Given(params string[] names) => new()
    {
        ["required"] = new JsonArray([.. names]),
        ["properties"] = new JsonObject(names.Select(name => KeyValuePair.Create<string, JsonNode?>(name, new JsonObject { ["not"] = new JsonObject { ["type"] = "null" } }))),
    };

    private static void Limit(JsonNode property, string low, int least, string high, int most) => (property[low], property[high]) = (least, most);

    private static void Require(JsonObject schema, params string[] names)
    {
        var required = schema["required"]?.AsArray() ?? [];
        foreach (var name in names)
            required.Add(name);
        schema["required"] = required;
    }

    private static JsonObject Reference(string name) => new() { ["$ref"] = $"#/$defs/{name}" };
}
