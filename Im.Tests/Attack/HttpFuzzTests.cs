using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using CsCheck;
using Im.Tests.Fixtures;
using Im.Tests.Web;
using Npgsql;

namespace Im.Tests.Attack;

/// <summary>
/// Thousands of requests, made at random from fixed seeds (<see cref="FixedSeeds"/>) and mutated, through the web server as it runs: whatever comes, the answer is no 5xx, every refusal has its code, its log has no exception, and its memory is as before.
/// What ever broke it is kept in <c>Corpus/*.http</c> and tried each time. A failure prints the request and its seed.
/// </summary>
[Trait("Category", "Attack")]
[Collection(ImAppCollection.Name)]
public sealed class HttpFuzzTests(ImAppFixture im) : IAsyncLifetime, IDisposable
{
    private const int WarmUp = 1_000, Requests = 2_000, RequestsOfOneAccount = 250;

    // After the warm-up it levels off some 50 MiB higher, and over 20,000 requests goes no further.
    private const int MaxGrowthBytes = 128 * 1024 * 1024;

    private readonly HttpClient _http = NewClient(TimeSpan.FromMinutes(2)), _once = NewClient(TimeSpan.Zero);

    private (string Cookie, string Token) _keys;
    private int _sent;

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Attack", "Corpus");

    public static TheoryData<string> Corpus => [.. Directory.EnumerateFiles(Folder, "*.http").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    public Task InitializeAsync() => RenewAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _http.Dispose();
        _once.Dispose();
    }

    [Theory, MemberData(nameof(Corpus))]
    public void What_was_found_once_is_tried_each_time(string file) => Send(HttpCase.Parse(File.ReadAllBytes(Path.Combine(Folder, file))));

    [Fact]
    public async Task Any_request_is_answered_or_refused_with_a_code_and_the_server_is_as_before()
    {
        var server = im.FindProcessId("web");
        HttpCases.Any.ForEach(Send, count: WarmUp, threads: 2, print: one => one.ToString());
        var before = ResidentBytes(server);
        HttpCases.Any.ForEach(Send, count: Requests, threads: 2, print: one => one.ToString(), round: 1);

        await Eventually.TrueAsync(() => Task.FromResult(ResidentBytes(server) - before < MaxGrowthBytes), seconds: 10);
        Assert.Equal(server, im.FindProcessId("web"));
        Assert.DoesNotContain("Exception", await im.Telemetry.GetStringAsync("api/telemetry/logs?resource=web&severity=error"), StringComparison.Ordinal);
    }

    private void Send(HttpCase one)
    {
        if (Interlocked.Increment(ref _sent) % RequestsOfOneAccount == 0)
            RenewAsync().GetAwaiter().GetResult(); // whatever the former session has come to
        using var answer = Answer(one);
        using var reader = new StreamReader(answer.Content.ReadAsStream());
        var (status, text) = ((int)answer.StatusCode, reader.ReadToEnd());
        Assert.True(status is >= 200 and < 500, $"{status} {text}");
        if (status < 400 || IsNoHttp(answer, text))
            return;
        Assert.True(answer.Content.Headers.ContentType?.MediaType == "application/problem+json", $"{status} {answer.Content.Headers.ContentType} {text}");
        Assert.NotEmpty(JsonSerializer.Deserialize<JsonElement>(text).GetProperty("code").GetString()!);
    }

    // The server may close a connection that is kept, after a body it did not want, just when the next request goes out: that one is sent again on a connection of its own.
    private HttpResponseMessage Answer(HttpCase one)
    {
        try
        {
            using var request = one.ToRequest(im.WebAddress, _keys);
            return _http.Send(request);
        }
        catch (HttpRequestException)
        {
            using var again = one.ToRequest(im.WebAddress, _keys);
            return _once.Send(again);
        }
    }

    // Refused by Kestrel before anything of ours: a target or a header that HTTP does not have.
    private static bool IsNoHttp(HttpResponseMessage answer, string text) =>
        answer.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.RequestUriTooLong or HttpStatusCode.RequestHeaderFieldsTooLarge && text.Length == 0 && !answer.Headers.Contains("X-Content-Type-Options");

    /// <summary>A new account that is an administrator, so that every handler is reached.</summary>
    private async Task RenewAsync()
    {
        using var browser = new Web.Browser(im.WebAddress);
        var account = new { nickname = WebCollection.NewNickname(), password = "correct horse" };
        (await browser.PostAsync("/api/login", account)).ShouldBeOk();
        var answer = (await browser.PostAsync("/api/tokens", account)).ShouldBeOk().Json;
        await using var database = NpgsqlDataSource.Create(await im.GetDatabaseAsync());
        await using var grant = database.CreateCommand("update users set is_admin = true where id = $1");
        grant.Parameters.Add(new() { Value = answer.GetProperty("user").GetProperty("id").GetGuid() });
        Assert.Equal(1, await grant.ExecuteNonQueryAsync());
        _keys = (browser.Token!, answer.GetProperty("token").GetString()!);
    }

    private static HttpClient NewClient(TimeSpan connectionLifetime) => new(new SocketsHttpHandler
    {
        UseCookies = false,
        AllowAutoRedirect = false,
        RequestHeaderEncodingSelector = (_, _) => Encoding.Latin1,
        PooledConnectionLifetime = connectionLifetime,
    }) { Timeout = TimeSpan.FromSeconds(10) };

    private static long ResidentBytes(int? process)
    {
        using var server = Process.GetProcessById(process!.Value);
        return server.WorkingSet64;
    }
}
