using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Im.Tests.Hosting;

namespace Im.Tests.Web;

/// <summary>The page's files as a browser gets them: in Production and in Development, which is how <c>dotnet run</c> serves them.</summary>
public abstract partial class PageTests(WebServer server) : IDisposable
{
    private const int BudgetBytes = 130 * 1024;

    private readonly HttpClient _http = new(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.None }) { BaseAddress = server.Address };
    private readonly Browser _browser = server.NewBrowser();

    public void Dispose()
    {
        _browser.Dispose();
        _http.Dispose();
    }

    /// <summary>All that the build wrote, by its address; what it has compressed beside it apart.</summary>
    private static IEnumerable<(string Path, string Address)> Files =>
        from path in Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories)
        where Path.GetExtension(path) is not (".br" or ".gz")
        select (path, "/" + Path.GetRelativePath(Root, path).Replace('\\', '/'));

    private static string Root => Path.Combine(Repository.Path, "Im.Web", "wwwroot");

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
    public async Task Every_file_is_really_compressed_on_the_wire_as_the_browser_can_read_it_and_is_what_was_built()
    {
        Assert.Contains(Files, file => file.Address == "/sw.js");
        foreach (var (path, address) in Files)
        {
            var built = await File.ReadAllBytesAsync(path);
            var tags = new HashSet<string?>();
            foreach (var (accepted, coding) in (IEnumerable<(string, string?)>)[("", null), ("gzip", "gzip"), ("gzip, deflate, br, zstd", "br"), ("br;q=0.1, gzip", "gzip"), ("*;q=0.5, br;q=0", "gzip"), ("identity", null), ("br;q=0, gzip;q=0", null)])
            {
                using var response = await SendAsync(HttpMethod.Get, address, accepted);
                var wire = await response.Content.ReadAsByteArrayAsync();
                Assert.Equal((address, HttpStatusCode.OK, coding), (address, response.StatusCode, response.Content.Headers.ContentEncoding.SingleOrDefault()));
                Assert.Equal(wire.Length, response.Content.Headers.ContentLength);
                Assert.Equal(built, await DecompressAsync(wire, coding));
                Assert.Equal("Accept-Encoding", Assert.Single(response.Headers.Vary));
                if (coding is not null && built.Length > 1_000 && Path.GetExtension(path) is not ".png") // a picture is compressed by itself
                    Assert.True(wire.Length < built.Length * 0.6, $"{address} is {built.Length} bytes, and {wire.Length} as {coding}");
                tags.Add(response.Headers.ETag?.Tag);

                using var head = await SendAsync(HttpMethod.Head, address, accepted);
                Assert.Equal((response.Headers.ETag, (long?)wire.Length, coding), (head.Headers.ETag, head.Content.Headers.ContentLength, head.Content.Headers.ContentEncoding.SingleOrDefault()));
                Assert.Empty(await head.Content.ReadAsByteArrayAsync());
            }
            Assert.Equal(3, tags.Count);
            Assert.DoesNotContain(null, tags);
        }
    }

    [Fact]
    public async Task What_has_a_hash_in_its_name_is_kept_for_good_and_all_else_is_asked_for_anew()
    {
        foreach (var (_, address) in Files)
        {
            using var response = await SendAsync(HttpMethod.Get, address, "gzip");
            Assert.Equal(HashedName().IsMatch(address) ? "public, max-age=31536000, immutable" : "no-cache", $"{response.Headers.CacheControl}");
            using var again = await SendAsync(HttpMethod.Get, address, "gzip", request => request.Headers.IfNoneMatch.Add(response.Headers.ETag!));
            Assert.Equal((HttpStatusCode.NotModified, 0), (again.StatusCode, (await again.Content.ReadAsByteArrayAsync()).Length));
            Assert.Equal(response.Headers.ETag, again.Headers.ETag);
            Assert.Equal($"{response.Headers.CacheControl}", $"{again.Headers.CacheControl}");
        }
    }

    [Fact]
    public async Task A_part_of_a_file_is_given_of_what_the_whole_is()
    {
        foreach (var coding in (string[])["identity", "gzip", "br"])
        {
            using var whole = await SendAsync(HttpMethod.Get, "/index.html", coding);
            var bytes = await whole.Content.ReadAsByteArrayAsync();
            using var part = await SendAsync(HttpMethod.Get, "/index.html", coding, request =>
            {
                request.Headers.Range = new RangeHeaderValue(10, 19);
                request.Headers.IfRange = new RangeConditionHeaderValue(whole.Headers.ETag!);
            });
            Assert.Equal((HttpStatusCode.PartialContent, $"bytes 10-19/{bytes.Length}"), (part.StatusCode, $"{part.Content.Headers.ContentRange}"));
            Assert.Equal(bytes[10..20], await part.Content.ReadAsByteArrayAsync());
            Assert.Equal(whole.Content.Headers.ContentEncoding, part.Content.Headers.ContentEncoding);
        }
    }

    [Fact]
    public async Task All_scripts_and_styles_together_are_no_more_than_they_may_be()
    {
        var sizes = new List<(string Part, int Bytes)>();
        // The widget is for other pages, and has a bound of its own.
        foreach (var (_, address) in Files.Where(file => Path.GetExtension(file.Path) is ".js" or ".css" && file.Address != "/widget.js"))
        {
            using var response = await SendAsync(HttpMethod.Get, address, "gzip");
            // The texts of one language, the largest: nobody fetches those of two.
            sizes.Add((Texts().Match(address) is { Success: true } texts ? texts.Groups["of"].Value : address, (await response.Content.ReadAsByteArrayAsync()).Length));
        }
        Assert.InRange(sizes.GroupBy(size => size.Part).Sum(part => part.Max(size => size.Bytes)), 1, BudgetBytes);
    }

    [GeneratedRegex("/assets/(?<of>admin|)(?:[eE]n|[zZ]h|[zZ]hTW)-[^/]+\\.js$")]
    private static partial Regex Texts();

    [Theory]
    [InlineData("/lobby"), InlineData("/assets/nothing.js"), InlineData("/assets/../appsettings.json"), InlineData("/index.html.br"), InlineData("/sw.js.gz"), InlineData("/index"), InlineData("/assets")]
    public async Task There_is_no_page_at_other_addresses(string path) => (await _browser.GetAsync(path)).ShouldBe(404, "not_found");

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string address, string accepted, Action<HttpRequestMessage>? prepare = null)
    {
        using var request = new HttpRequestMessage(method, address);
        request.Headers.TryAddWithoutValidation("Accept-Encoding", accepted);
        prepare?.Invoke(request);
        return await _http.SendAsync(request);
    }

    private static async Task<byte[]> DecompressAsync(byte[] wire, string? coding)
    {
        using var packed = new MemoryStream(wire);
        await using Stream unpacking = coding switch { "br" => new BrotliStream(packed, CompressionMode.Decompress), "gzip" => new GZipStream(packed, CompressionMode.Decompress), _ => packed };
        using var unpacked = new MemoryStream();
        await unpacking.CopyToAsync(unpacked);
        return unpacked.ToArray();
    }

    [GeneratedRegex("^/assets/[^/]+-[\\w-]{8}\\.\\w+$")]
    private static partial Regex HashedName();

    [GeneratedRegex("<script(?![^>]*src=)|<style|\\sstyle=|\\son\\w+=|javascript:")]
    private static partial Regex InlineScript();
}

[Collection(WebCollection.Name)]
public sealed class PageInProduction(WebServer server) : PageTests(server);

public sealed class PageInDevelopment(FrameworkAnswersInDevelopment.Server server) : PageTests(server), IClassFixture<FrameworkAnswersInDevelopment.Server>;
