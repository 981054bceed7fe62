using System.Text.Json;
using System.Text.Json.Serialization;

namespace Im.Core.Sessions;

/// <summary>JSON of what sessions put on the bus and into Redis. Unknown properties are ignored.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SessionChange))]
[JsonSerializable(typeof(ConnectionInfo))]
public sealed partial class SessionJson : JsonSerializerContext;
