using System.Net.Http.Headers;
using System.Text;

namespace Im.Tests.Web;

/// <summary>Requests that are not what they should be, and the headers of every answer.</summary>
[Collection(WebCollection.Name)]
public sealed class ProblemTests(WebServer server) : IDisposable
{
    private readonly Browser _browser = server.NewBrowser();

    public void Dispose() => _browser.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("""{"nickname":"a"}""")]
    [InlineData("""{"nickname":null,"password":"correct horse"}""")]
    [InlineData("""{"nickname":1,"password":"correct horse"}""")]
    [InlineData("""{"nickname":{"a":1},"password":"correct horse"}""")]
    [InlineData("""{"nickname":"a","password":"correct horse","password":"other horse"}""")]
    [InlineData("""{"nickname":"\ud800","password":"correct horse"}""")]
    [InlineData("""{"nickname":"a","password":"correct horse","x":[[[[[[[[[[1]]]]]]]]]]}""")]
    [InlineData("""{"nickname":"a","password":"correct horse"} x""")]
    public async Task A_body_that_is_not_the_json_asked_for_is_a_bad_request(string body) =>
        (await _browser.PostAsync("/api/login", new StringContent(body, Encoding.UTF8, "application/json"))).ShouldBe(400, "bad_request");

    [Theory]
    [InlineData("text/plain"), InlineData("application/x-www-form-urlencoded"), InlineData("multipart/form-data; boundary=x")]
    public async Task A_body_of_another_type_is_a_bad_request(string type)
    {
        var content = new StringContent("""{"nickname":"a","password":"correct horse"}""");
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        (await _browser.PostAsync("/api/login", content)).ShouldBe(400, "bad_request");
    }

    [Fact]
    public async Task A_body_has_at_most_16_KiB()
    {
        (await _browser.LoginAsync(new string('x', 15 * 1024))).ShouldBe(400, "bad_nickname");
        Assert.Equal("bad_request", (await _browser.LoginAsync(new string('x', 17 * 1024))).ShouldBe(400, "bad_request").Json.GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_body_whose_length_is_not_said_has_at_most_16_KiB_too()
    {
        var request = Browser.Request(HttpMethod.Post, "/api/login", new { nickname = new string('x', 64 * 1024), password = "correct horse" });
        request.Headers.TransferEncodingChunked = true;
        (await _browser.SendAsync(request)).ShouldBe(400, "bad_request");
    }

    [Fact]
    public async Task Unknown_fields_are_ignored() =>
        (await _browser.PostAsync("/api/login", new { nickname = WebCollection.NewNickname(), password = "correct horse", tomorrow = 1 })).ShouldBeOk();

    [Theory]
    [InlineData("/api/nothing"), InlineData("/api"), InlineData("/nothing"), InlineData("/index.htm"), InlineData("/../appsettings.json"), InlineData("/appsettings.json")]
    [InlineData("/scalar")]
    public async Task What_is_not_there_is_not_found(string path) => (await _browser.GetAsync(path)).ShouldBe(404, "not_found");

    [Fact]
    public async Task Another_method_is_a_problem_too() => (await _browser.PostAsync("/api/nodes")).ShouldBe(405, "bad_request");

    [Fact]
    public async Task A_problem_is_one_also_for_those_who_asked_for_a_page()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/nothing");
        request.Headers.Accept.ParseAdd("text/html");
        (await _browser.SendAsync(request)).ShouldBe(404, "not_found");
    }

    [Theory]
    [InlineData("/api/me"), InlineData("/api/nothing"), InlineData("/ws"), InlineData("/")]
    public async Task Every_answer_tells_the_browser_what_it_may_do(string path)
    {
        var answer = await _browser.GetAsync(path);
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'self';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("no-referrer", answer.Headers.GetValues("Referrer-Policy").Single());
        Assert.Equal(path.StartsWith("/api", StringComparison.Ordinal), answer.Headers.CacheControl?.NoStore == true);
        Assert.False(answer.Headers.Contains("Server"));
    }
}
