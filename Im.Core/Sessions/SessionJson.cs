using System.Text.Json.Serialization;

namespace Im.Core.Sessions;

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SessionChange))]
[JsonSerializable(typeof(ConnectionInfo))]
internal sealed partial class SessionJson : JsonSerializerContext;
