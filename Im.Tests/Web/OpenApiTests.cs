using System.Text.Json;
using Im.Protocol;

namespace Im.Tests.Web;

/// <summary>The machine-readable description says what the protocol page says.</summary>
[Collection(WebCollection.Name)]
public sealed class OpenApiTests(WebServer server)
{
    private async Task<JsonElement> ReadAsync()
    {
        using var browser = server.NewBrowser();
        return (await browser.GetAsync("/openapi/v1.json")).ShouldBeOk().Json;
    }

    [Fact]
    public async Task Every_address_of_the_protocol_is_described_and_no_other()
    {
        var operations = Operations(await ReadAsync()).Select(operation => $"{operation.Method.ToUpperInvariant()} {operation.Path}").Order();
        Assert.Equal(
        [
            "DELETE /api/admin/conversations/{conversation}/messages/{seq}", "DELETE /api/admin/keys/{id}", "DELETE /api/admin/sites/{id}", "DELETE /api/admin/users/{id}", "DELETE /api/admin/users/{id}/sessions", "DELETE /api/admin/users/{id}/sessions/{session}",
            "DELETE /api/files/{id}", "DELETE /api/keys/{id}", "DELETE /api/me", "DELETE /api/me/blocks/{id}", "DELETE /api/me/picture", "DELETE /api/push/subscription", "DELETE /api/rooms/{id}/bans/{user}", "DELETE /api/rooms/{id}/links/{link}", "DELETE /api/rooms/{id}/members/{user}", "DELETE /api/rooms/{id}/picture", "DELETE /api/rooms/{id}/webhooks/{hook}", "DELETE /api/sessions", "DELETE /api/sessions/{id}", "DELETE /api/widget/users/{id}", "DELETE /api/widget/users/{id}/sessions",
            "GET /api/admin/audit", "GET /api/admin/keys", "GET /api/admin/nodes", "GET /api/admin/reports", "GET /api/admin/rooms", "GET /api/admin/rooms/{id}", "GET /api/admin/rooms/{id}/members", "GET /api/admin/sites", "GET /api/admin/users", "GET /api/admin/users/{nameOrId}", "GET /api/connect", "GET /api/conversations", "GET /api/conversations/{id}/messages", "GET /api/directory", "GET /api/files", "GET /api/files/{id}", "GET /api/files/{id}/thumbnail", "GET /api/keys",
            "GET /api/me", "GET /api/me/blocks", "GET /api/me/export", "GET /api/me/notifications", "GET /api/me/recovery-codes", "GET /api/me/settings", "GET /api/nodes", "GET /api/people", "GET /api/push/key", "GET /api/rooms", "GET /api/rooms/{id}", "GET /api/rooms/{id}/bans", "GET /api/rooms/{id}/invitations", "GET /api/rooms/{id}/links", "GET /api/rooms/{id}/members", "GET /api/rooms/{id}/pictures/{version}/{size}", "GET /api/rooms/{id}/webhooks", "GET /api/rooms/invitations", "GET /api/search", "GET /api/sessions", "GET /api/users", "GET /api/users/{id}", "GET /api/users/{id}/pictures/{version}/{size}", "GET /api/users/{id}/profile",
            "PATCH /api/rooms/{id}",
            "POST /api/admin/announcements", "POST /api/admin/sites", "POST /api/files", "POST /api/keys", "POST /api/login", "POST /api/logout", "POST /api/me/recovery-codes", "POST /api/publish", "POST /api/recover", "POST /api/reports", "POST /api/requests/{id}/accept", "POST /api/requests/{id}/decline", "POST /api/rooms", "POST /api/rooms/{id}/decline", "POST /api/rooms/{id}/invitations", "POST /api/rooms/{id}/join", "POST /api/rooms/{id}/leave", "POST /api/rooms/{id}/links", "POST /api/rooms/{id}/webhooks", "POST /api/rooms/{id}/webhooks/{hook}/secret", "POST /api/rooms/join", "POST /api/ticket", "POST /api/tokens", "POST /api/tokens/renew", "POST /api/webhooks", "POST /api/widget/sessions", "POST /api/widget/tokens",
            "PUT /api/admin/reports/{id}", "PUT /api/admin/rooms/{id}/archived", "PUT /api/admin/users/{id}/admin", "PUT /api/admin/users/{id}/ban", "PUT /api/admin/users/{id}/mute", "PUT /api/me", "PUT /api/me/blocks/{id}", "PUT /api/me/conversations/{id}", "PUT /api/me/notifications", "PUT /api/me/password", "PUT /api/me/picture", "PUT /api/me/settings", "PUT /api/push/subscription",
            "PUT /api/rooms/{id}/bans/{user}", "PUT /api/rooms/{id}/members/{user}/role", "PUT /api/rooms/{id}/picture",
        ], operations);
    }

    [Fact]
    public async Task Every_operation_has_a_summary_an_answer_and_its_problems()
    {
        foreach (var (path, method, operation) in Operations(await ReadAsync()))
        {
            Assert.True(operation.GetProperty("summary").GetString()!.Length > 5, path);
            var answers = operation.GetProperty("responses");
            Assert.True(answers.TryGetProperty("503", out var away), path);
            Assert.Contains("unavailable", away.GetProperty("description").GetString(), StringComparison.Ordinal);
            Assert.Equal("unavailable", away.GetProperty("content").GetProperty("application/problem+json").GetProperty("schema").GetProperty("properties").GetProperty("code").GetProperty("enum")[0].GetString());
            var says = answers.TryGetProperty("200", out var success);
            Assert.True(says != answers.TryGetProperty("204", out _), path);
            Assert.True(!says || path.StartsWith("/api/files/{id}", StringComparison.Ordinal) || path.Contains("/pictures/", StringComparison.Ordinal) || success.GetProperty("content").TryGetProperty("application/json", out _), path);

            var guarded = operation.TryGetProperty("parameters", out var parameters) && parameters.EnumerateArray().Any(parameter => parameter.GetProperty("name").GetString() == "X-Im");
            Assert.Equal(method != "get" && path != "/api/webhooks", guarded);
        }
    }

    [Fact]
    public async Task Every_code_of_the_protocol_page_is_somewhere()
    {
        var text = (await ReadAsync()).GetRawText();
        var codes = typeof(ProblemCodes).GetFields().Select(field => (string)field.GetRawConstantValue()!);
        Assert.All(codes, code => Assert.Contains($"\"{code}\"", text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_reference_leads_somewhere_and_bodies_have_their_required_fields()
    {
        var document = await ReadAsync();
        Assert.StartsWith("3.1", document.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        var schemas = document.GetProperty("components").GetProperty("schemas");
        foreach (var reference in References(document))
            Assert.True(reference.StartsWith("#/components/schemas/", StringComparison.Ordinal) && schemas.TryGetProperty(reference.Split('/')[^1], out _), reference);
        Assert.Equal(["nickname", "password"], schemas.GetProperty("LoginRequest").GetProperty("required").EnumerateArray().Select(name => name.GetString()!).Order());
        Assert.Equal("string", schemas.GetProperty("ConversationId").GetProperty("type").GetString());
    }

    [Fact]
    public async Task Every_operation_says_with_what_it_is_asked()
    {
        var document = await ReadAsync();
        var schemes = document.GetProperty("components").GetProperty("securitySchemes");
        Assert.Equal(["bearer", "key", "session", "widget"], schemes.EnumerateObject().Select(scheme => scheme.Name).Order());
        Assert.Equal(("apiKey", "cookie"), (schemes.GetProperty("session").GetProperty("type").GetString(), schemes.GetProperty("session").GetProperty("in").GetString()));
        Assert.Equal(("http", "bearer"), (schemes.GetProperty("bearer").GetProperty("type").GetString(), schemes.GetProperty("bearer").GetProperty("scheme").GetString()));

        string SecurityOf(JsonElement operation) => string.Join(" or ", operation.GetProperty("security").EnumerateArray().Select(one => one.EnumerateObject().Select(scheme => scheme.Name).SingleOrDefault("nothing")));
        var others = Operations(document).Where(operation => SecurityOf(operation.Operation) != "session or bearer").ToDictionary(operation => $"{operation.Method} {operation.Path}", operation => SecurityOf(operation.Operation));
        Assert.Equal(new()
        {
            ["get /api/me"] = "nothing or session or bearer", ["post /api/login"] = "nothing or session", ["post /api/logout"] = "nothing or session or bearer", ["post /api/tokens"] = "",
            ["get /api/nodes"] = "", ["get /api/connect"] = "nothing or session or bearer", ["get /api/people"] = "", ["get /api/conversations/{id}/messages"] = "nothing or session or bearer", ["post /api/publish"] = "key", ["post /api/webhooks"] = "", ["post /api/recover"] = "nothing or session",
            ["post /api/widget/tokens"] = "key", ["delete /api/widget/users/{id}"] = "key", ["delete /api/widget/users/{id}/sessions"] = "key", ["post /api/widget/sessions"] = "widget",
            ["get /api/files/{id}"] = "nothing or session or bearer", ["get /api/files/{id}/thumbnail"] = "nothing or session or bearer",
        }, others);
        // Who must be logged in can be told to do so.
        Assert.All(Operations(document).Where(operation => SecurityOf(operation.Operation) == "session or bearer"), operation => Assert.True(operation.Operation.GetProperty("responses").TryGetProperty("401", out _), operation.Path));
    }

    [Theory, InlineData("400", "bad_request"), InlineData("403", "cross_site"), InlineData("405", "bad_request"), InlineData("429", "slow_down"), InlineData("500", "internal"), InlineData("503", "unavailable")]
    public async Task Every_operation_can_be_refused_by_what_stands_before_it(string status, string code)
    {
        foreach (var (path, method, operation) in Operations(await ReadAsync()))
        {
            var codes = operation.GetProperty("responses").GetProperty(status).GetProperty("content").GetProperty("application/problem+json").GetProperty("schema")
                .GetProperty("properties").GetProperty("code").GetProperty("enum").EnumerateArray().Select(value => value.GetString()).ToArray();
            Assert.True(codes.Contains(code) && codes.Distinct().Count() == codes.Length, $"{method} {path} {status}: {string.Join(' ', codes)}");
        }
    }

    private static IEnumerable<(string Path, string Method, JsonElement Operation)> Operations(JsonElement document) =>
        from path in document.GetProperty("paths").EnumerateObject()
        from method in path.Value.EnumerateObject()
        select (path.Name, method.Name, method.Value);

    private static IEnumerable<string> References(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property => property.Name == "$ref" ? [property.Value.GetString()!] : References(property.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(References),
        _ => [],
    };
}
