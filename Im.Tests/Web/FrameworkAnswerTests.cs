using System.Net.Http.Headers;

namespace Im.Tests.Web;

/// <summary>What ASP.NET Core's own end points refuse is refused as we refuse: a problem with a code that does not repeat what was asked for. In Production and in Development.</summary>
public abstract class FrameworkAnswerTests(WebServer server)
{
    public static TheoryData<string, string, int> Refused => new()
    {
        { "GET", "/openapi/v1%0a.json", 404 }, { "GET", "/openapi/v1%0d%0a.json", 404 }, { "GET", "/openapi/v1%e2%80%a8.json", 404 }, { "GET", "/openapi/v2.json", 404 },
        { "GET", "/openapi/v1.json%0a", 404 }, { "GET", "/openapi/%0av1.json", 404 }, { "GET", "/openapi/echoed.json?documentName=v1", 404 }, { "GET", "/openapi/v1.yaml", 404 },
        { "GET", "/openapi/", 404 }, { "POST", "/openapi/v1.json", 405 }, { "DELETE", "/openapi/v1.json", 405 },
        { "GET", "/asyncapi/v3.json", 404 }, { "GET", "/schema/v1%0a.json", 404 }, { "POST", "/schema/v1.json", 405 },
        { "GET", "/scalar/echoed/echoed", 404 }, { "POST", "/scalar/", 0 },
        { "GET", "/assets/echoed.js", 404 }, { "GET", "/assets/", 404 }, { "GET", "/assets/%0a", 404 }, { "POST", "/", 405 }, { "PUT", "/index.html", 405 },
        { "DELETE", "/favicon.svg", 0 }, { "FOO", "/index.html", 405 }, { "GET", "/%2e%2e/appsettings.json", 404 },
        { "GET", "/api/echoed%0a", 404 }, { "GET", "/api/conversations/echoed/messages", 0 }, { "POST", "/api/nodes", 405 }, { "FOO", "/api/me", 405 },
        { "GET", "/health/echoed", 404 }, { "GET", "/alive%0a", 404 }, { "GET", "/ws", 0 }, { "POST", "/ws", 0 }, { "GET", "/ws/echoed", 404 },
    };

    [Theory, MemberData(nameof(Refused))]
    public async Task A_refusal_has_a_code_whoever_refuses(string method, string target, int status)
    {
        using var browser = server.NewBrowser();
        var request = new HttpRequestMessage(new(method), new Uri(server.Address.GetLeftPart(UriPartial.Authority) + target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        request.Headers.Add("X-Im", "1");
        var answer = await browser.SendAsync(request);
        Assert.InRange((int)answer.Status, 400, 499);
        Assert.True(status == 0 || status == (int)answer.Status, $"{(int)answer.Status} {answer.Text}");
        answer.ShouldBe((int)answer.Status, answer.Json.GetProperty("code").GetString()!);
        Assert.DoesNotContain("echoed", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_cannot_be_asked_for_in_a_way_that_is_refused_without_a_code()
    {
        using var browser = server.NewBrowser();
        var range = new HttpRequestMessage(HttpMethod.Get, "/index.html");
        range.Headers.Range = new RangeHeaderValue(9_000_000, 9_000_001);
        var old = new HttpRequestMessage(HttpMethod.Get, "/index.html");
        old.Headers.IfMatch.Add(new("\"echoed\""));
        foreach (var request in (HttpRequestMessage[])[range, old])
        {
            var answer = await browser.SendAsync(request);
            answer.ShouldBe((int)answer.Status, "bad_request");
        }
    }

    [Fact]
    public async Task The_description_is_one_document_whatever_the_query_says() =>
        Assert.Equal("Im", (await server.NewBrowser().GetAsync("/openapi/v1.json?documentName=echoed")).ShouldBeOk().Json.GetProperty("info").GetProperty("title").GetString());
}

[Collection(WebCollection.Name)]
public sealed class FrameworkAnswersInProduction(WebServer server) : FrameworkAnswerTests(server);

public sealed class FrameworkAnswersInDevelopment(FrameworkAnswersInDevelopment.Server server) : FrameworkAnswerTests(server), IClassFixture<FrameworkAnswersInDevelopment.Server>
{
    public sealed class Server : WebServer
    {
        protected override IEnumerable<KeyValuePair<string, string>> Settings => [new("environment", "Development")];
    }
}
