namespace Im.Tests.Web;

/// <summary>Methods that an address does not take, and HEAD.</summary>
public abstract class MethodTests(WebServer server) : IDisposable
{
    private readonly Browser _browser = server.NewBrowser();

    public void Dispose() => _browser.Dispose();

    public static TheoryData<string, string, string> Wrong => new()
    {
        { "GET", "/api/login", "POST" }, { "GET", "/api/logout", "POST" }, { "GET", "/api/ticket", "POST" }, { "GET", "/api/tokens", "POST" }, { "GET", "/api/tokens/renew", "POST" },
        { "GET", "/api/publish", "POST" }, { "GET", "/api/me/password", "PUT" }, { "GET", "/api/admin/announcements", "POST" }, { "GET", "/api/keys/01890000-0000-7000-8000-000000000001", "DELETE" },
        { "GET", "/api/admin/users/01890000-0000-7000-8000-000000000001/ban", "PUT" }, { "HEAD", "/api/login", "POST" }, { "POST", "/api/nodes", "GET, HEAD" }, { "PATCH", "/api/me", "DELETE, GET, HEAD, PUT" },
        { "PUT", "/api/keys", "GET, HEAD, POST" }, { "POST", "/openapi/v1.json", "GET, HEAD" },
        { "POST", "/asyncapi/v1.json", "GET, HEAD" }, { "DELETE", "/schema/v1.json", "GET, HEAD" },
    };

    [Theory, MemberData(nameof(Wrong))]
    public async Task Another_method_is_405_and_Allow_names_those_there_are(string method, string path, string allow)
    {
        var answer = await _browser.SendAsync(Browser.Request(new(method), path, null));
        Assert.Equal(405, (int)answer.Status);
        if (method != "HEAD")
            answer.ShouldBe(405, "bad_request");
        Assert.Equal(allow, string.Join(", ", answer.ContentHeaders.Allow.Order(StringComparer.Ordinal)));
    }

    [Theory, InlineData("/api/me"), InlineData("/api/nodes"), InlineData("/api/conversations/lobby/messages"), InlineData("/openapi/v1.json"), InlineData("/asyncapi/v1.json"), InlineData("/schema/v1.json"), InlineData("/")]
    public async Task Where_GET_is_HEAD_is_and_has_no_body(string path)
    {
        var answer = await _browser.SendAsync(new(HttpMethod.Head, path));
        Assert.Equal((200, ""), ((int)answer.Status, answer.Text));
        (await _browser.GetAsync(path)).ShouldBeOk(); // on the same connection
    }

    [Theory, InlineData("GET", "/api/me/", 200), InlineData("HEAD", "/api/nodes/", 200), InlineData("GET", "/api/conversations/lobby/messages/?limit=1", 200), InlineData("PATCH", "/api/me/", 405)]
    [InlineData("GET", "/openapi/v1.json/", 200), InlineData("POST", "/schema/v1.json/", 405), InlineData("GET", "/api//me", 404), InlineData("GET", "/api/me//", 404)]
    public async Task A_trailing_slash_makes_no_other_address(string method, string path, int status) =>
        Assert.Equal(status, (int)(await _browser.SendAsync(Browser.Request(new(method), path, null))).Status);

    [Theory, InlineData("GET", "/api/nothing"), InlineData("POST", "/api/nothing"), InlineData("HEAD", "/api/nothing"), InlineData("GET", "/openapi/v2.json")]
    public async Task What_is_not_there_is_404_whatever_the_method(string method, string path) =>
        Assert.Equal(404, (int)(await _browser.SendAsync(Browser.Request(new(method), path, null))).Status);
}

[Collection(WebCollection.Name)]
public sealed class MethodsInProduction(WebServer server) : MethodTests(server);

public sealed class MethodsInDevelopment(FrameworkAnswersInDevelopment.Server server) : MethodTests(server), IClassFixture<FrameworkAnswersInDevelopment.Server>;
