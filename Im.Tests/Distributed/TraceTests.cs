using System.Text.Json;
using Im.Client;
using Im.Client.Chat;
using Im.Tests.Fixtures;

namespace Im.Tests.Distributed;

/// <summary>What the dashboard shows of a message, read back from its telemetry API.</summary>
[Collection(ImAppCollection.Name)]
public sealed class TraceTests(ImAppFixture im)
{
    [Theory]
    [InlineData("lobby")]
    [InlineData("direct")]
    public async Task A_message_from_one_node_to_the_other_is_one_trace_through_Postgres_and_Redis(string kind)
    {
        var (one, two) = await im.WaitForTwoNodesAsync();
        await using var jenny = await ChatUser.JoinAsync(im.WebAddress, "jenny");
        await using var tom = await ChatUser.JoinAsync(im.WebAddress, "tom");
        var sender = await jenny.ConnectAsync(one);
        var receiver = await tom.ConnectAsync(two);
        var text = $"secret {Guid.NewGuid()}";
        // One trace in ten is recorded here.
        string[] ids = [.. Enumerable.Range(0, 100).Select(_ => Guid.NewGuid().ToString())];
        foreach (var id in ids)
            await sender.Client.SendAsync(kind == "lobby" ? ChatTarget.Lobby : tom.User, $"{text} {id}", id);
        await receiver.WaitForTextAsync($"{text} {ids[^1]}");

        List<Span> trace = [];
        await Eventually.TrueAsync(async () =>
        {
            trace = await FindTraceAsync($"send {kind}", ids);
            return trace.Any(s => s.Name == $"deliver {kind}" && s.Resource == two) && trace.Any(s => s.System == "redis" && s.Kind == "client");
        }, seconds: 30);

        var root = Assert.Single(trace, s => s.Parent.Length == 0);
        Assert.Equal(($"send {kind}", one), (root.Name, root.Resource));
        Assert.All(trace, s => Assert.True(s == root || trace.Any(p => p.Id == s.Parent), $"{s.Name} has a parent that is not there"));
        Assert.Contains(trace, s => s.System == "postgresql" && s.Resource == one);
        Assert.Contains(trace, s => s.System == "redis" && s.Resource == one);
        var delivered = Assert.Single(trace, s => s.Name == $"deliver {kind}" && s.Resource == two);
        Assert.Equal($"publish {kind}", trace.Single(s => s.Id == delivered.Parent).Name);
        Assert.DoesNotContain(trace, s => s.Json.Contains(text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Health_checks_leave_no_trace()
    {
        using var json = JsonDocument.Parse(await im.Telemetry.GetStringAsync("api/telemetry/spans?limit=10000"));
        var spans = SpansOf(json.RootElement, NodesById()).ToList();
        Assert.DoesNotContain(spans, s => s.Json.Contains("\"/health\"", StringComparison.Ordinal) || s.Json.Contains("\"/alive\"", StringComparison.Ordinal));
        Assert.DoesNotContain(spans, s => s.Parent.Length == 0 && s.System is "postgresql" or "redis" && s.Json.Contains("SELECT 1", StringComparison.OrdinalIgnoreCase));
    }

    private async Task<List<Span>> FindTraceAsync(string root, string[] messageIds)
    {
        using var json = JsonDocument.Parse(await im.Telemetry.GetStringAsync("api/telemetry/spans?limit=10000"));
        var spans = SpansOf(json.RootElement, NodesById()).ToList();
        var traceId = spans.FirstOrDefault(s => s.Name == root && messageIds.Any(id => s.Json.Contains(id, StringComparison.Ordinal)))?.TraceId;
        return [.. spans.Where(s => s.TraceId == traceId)];
    }

    private Dictionary<string, string> NodesById() => ((string[])["realtime-1", "realtime-2", "web"]).ToDictionary(im.IdOf);

    // OTLP JSON, wherever in the answer it is.
    private static IEnumerable<Span> SpansOf(JsonElement element, IReadOnlyDictionary<string, string> nodes) => element.ValueKind switch
    {
        JsonValueKind.Object when element.TryGetProperty("resourceSpans", out var resources) => resources.EnumerateArray().SelectMany(resource => ReadResource(resource, nodes)),
        JsonValueKind.Object => element.EnumerateObject().SelectMany(p => SpansOf(p.Value, nodes)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(e => SpansOf(e, nodes)),
        _ => [],
    };

    private static IEnumerable<Span> ReadResource(JsonElement resource, IReadOnlyDictionary<string, string> nodes)
    {
        var attributes = resource.GetProperty("resource").GetProperty("attributes");
        // Aspire's instance id is the end of the replica's: realtime-eznghbud.
        var name = nodes.GetValueOrDefault($"{Attribute(attributes, "service.name")}-{Attribute(attributes, "service.instance.id")}") ?? "";
        return resource.GetProperty("scopeSpans").EnumerateArray().SelectMany(s => s.GetProperty("spans").EnumerateArray()).Select(span => new Span(
            name,
            span.GetProperty("traceId").GetString()!,
            span.GetProperty("spanId").GetString()!,
            span.TryGetProperty("parentSpanId", out var parent) ? parent.GetString() ?? "" : "",
            span.GetProperty("name").GetString()!,
            KindOf(span),
            span.TryGetProperty("attributes", out var own) ? Attribute(own, "db.system.name") ?? Attribute(own, "db.system") ?? Attribute(own, "messaging.system") : null,
            span.GetRawText()));
    }

    private static string KindOf(JsonElement span) => !span.TryGetProperty("kind", out var kind) ? ""
        : kind.ValueKind == JsonValueKind.Number ? (kind.GetInt32() == 3 ? "client" : "") : kind.GetString()!.EndsWith("CLIENT", StringComparison.OrdinalIgnoreCase) ? "client" : "";

    private static string? Attribute(JsonElement attributes, string key) => attributes.EnumerateArray()
        .Where(a => a.GetProperty("key").GetString() == key)
        .Select(a => a.GetProperty("value").TryGetProperty("stringValue", out var value) ? value.GetString() : null).FirstOrDefault();

    private sealed record Span(string Resource, string TraceId, string Id, string Parent, string Name, string Kind, string? System, string Json);
}
