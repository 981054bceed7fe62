using System.Net;
using System.Text.RegularExpressions;

namespace Im.Tests.Web;

/// <summary>The page's files as a browser gets them.</summary>
[Collection(WebCollection.Name)]
public sealed partial class PageTests(WebServer server) : IDisposable
{
    private readonly Browser _browser = server.NewBrowser();

    public void Dispose() => _browser.Dispose();

    [Theory]
    [InlineData("/"), InlineData("/index.html")]
    public async Task The_page_is_asked_for_anew_each_time(string path)
    {
        var page = await _browser.GetAsync(path);
        Assert.Equal((HttpStatusCode.OK, "text/html"), (page.Status, page.ContentHeaders.ContentType?.MediaType));
        Assert.True(page.Headers.CacheControl?.NoCache);
        Assert.NotNull(page.Headers.ETag);
        Assert.DoesNotMatch(InlineScript(), page.Text);
    }

    [Fact]
    public async Task What_has_a_hash_in_its_name_is_kept_for_good_and_is_compressed()
    {
        var page = (await _browser.GetAsync("/")).Text;
        var assets = Asset().Matches(page).Select(match => match.Value).ToArray();
        Assert.NotEmpty(assets);
        foreach (var asset in assets)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, asset);
            request.Headers.AcceptEncoding.ParseAdd("gzip, br");
            var file = (await _browser.SendAsync(request)).ShouldBeOk();
            Assert.Equal("public, max-age=31536000, immutable", $"{file.Headers.CacheControl}");
            Assert.NotEmpty(file.ContentHeaders.ContentEncoding);
        }
    }

    [Theory]
    [InlineData("/lobby"), InlineData("/assets/nothing.js"), InlineData("/assets/../appsettings.json")]
    public async Task There_is_no_page_at_other_addresses(string path) => (await _browser.GetAsync(path)).ShouldBe(404, "not_found");

    [GeneratedRegex("/assets/[^\"]+\\.(js|css)")]
    private static partial Regex Asset();

    [GeneratedRegex("<script(?![^>]*src=)|<style|\\son\\w+=|javascript:")]
    private static partial Regex InlineScript();
}
