using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Im.Core.Sessions;

/// <summary>A named value of a session with a type, kept as JSON: <c>static readonly SessionValue&lt;Theme&gt; Theme = new("theme", Json.Default.Theme)</c>. Bounds as in <see cref="ISessionManager"/>.</summary>
public sealed record SessionValue<T>(string Name, JsonTypeInfo<T> Json)
    where T : notnull
{
    /// <summary>Default when there is no such session or value.</summary>
    /// <exception cref="JsonException">Something else was written under this name.</exception>
    public async Task<T?> GetAsync(ISessionManager sessions, string sessionId, CancellationToken ct = default) =>
        await sessions.GetValueAsync(sessionId, Name, ct) is { } json ? JsonSerializer.Deserialize(json, Json) : default;

    /// <summary>False when there is no such session.</summary>
    public Task<bool> SetAsync(ISessionManager sessions, string sessionId, T value, CancellationToken ct = default) =>
        sessions.SetValueAsync(sessionId, Name, JsonSerializer.Serialize(value, Json), ct);

    /// <summary>In how many sessions of the user it was set.</summary>
    public Task<int> SetForUserAsync(ISessionManager sessions, Guid userId, T value, CancellationToken ct = default) =>
        sessions.SetValueForUserAsync(userId, Name, JsonSerializer.Serialize(value, Json), ct);
}
