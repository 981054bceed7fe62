using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Aspire.Containerless.Dcp;

/// <summary>Speaks to one running DCP.</summary>
internal sealed class DcpClient : IDisposable
{
    private readonly HttpClient _http;

    /// <param name="server">Such as <c>https://127.0.0.1:41234</c>.</param>
    /// <param name="certificate">The server's; no other is accepted.</param>
    public DcpClient(Uri server, string token, X509Certificate2 certificate)
    {
        var handler = new SocketsHttpHandler { UseProxy = false };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, presented, _, _) => presented?.GetCertHashString() == certificate.Thumbprint;
        // Streams of logs and changes stay open for the whole run.
        _http = new HttpClient(handler) { BaseAddress = server, Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public async Task<bool> IsUpAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _http.GetAsync(PathOf("services"), cancellationToken).ConfigureAwait(false);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    public Task CreateServiceAsync(DcpService service, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, PathOf("services"), service, DcpJson.Default.DcpService, cancellationToken);

    public Task<DcpService?> GetServiceAsync(string name, CancellationToken cancellationToken) =>
        _http.GetFromJsonAsync(PathOf("services", name), DcpJson.Default.DcpService, cancellationToken);

    public Task CreateExecutableAsync(DcpExecutable executable, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, PathOf("executables"), executable, DcpJson.Default.DcpExecutable, cancellationToken);

    /// <summary>Asks it to end: SIGTERM, and SIGKILL 6.6 s later.</summary>
    public Task StopExecutableAsync(string name, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Patch, PathOf("executables", name), new DcpStopPatch(new DcpStopSpec(Stop: true)), DcpJson.Default.DcpStopPatch, cancellationToken);

    public async Task DeleteExecutableAsync(string name, CancellationToken cancellationToken)
    {
        using var response = await _http.DeleteAsync(PathOf("executables", name), cancellationToken).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.NotFound)
            response.EnsureSuccessStatusCode();
    }

    /// <summary>First every executable there is, then every change, until the connection ends.</summary>
    public async IAsyncEnumerable<DcpExecutable> WatchExecutablesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var line in ReadLinesAsync($"{PathOf("executables")}?watch=true", cancellationToken).ConfigureAwait(false))
            if (JsonSerializer.Deserialize(line, DcpJson.Default.DcpExecutableEvent) is { Type: "ADDED" or "MODIFIED" } change)
                yield return change.Object;
    }

    /// <param name="source">stdout, stderr, or system for what DCP has to say about it.</param>
    public IAsyncEnumerable<string> ReadLogAsync(string name, string source, bool follow, CancellationToken cancellationToken) =>
        ReadLinesAsync($"{PathOf("executables", name)}/log?source={source}&timestamps=true&follow={(follow ? "true" : "false")}", cancellationToken);

    public Task SetExecutionAsync(DcpExecutionPatch patch, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Patch, "/admin/execution", patch, DcpJson.Default.DcpExecutionPatch, cancellationToken);

    public void Dispose() => _http.Dispose();

    private static string PathOf(string kind, string? name = null) => $"/apis/{DcpApi.Group}/{kind}{(name is null ? "" : $"/{name}")}";

    private async Task SendAsync<T>(HttpMethod method, string path, T body, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        var mediaType = new MediaTypeHeaderValue(method == HttpMethod.Patch ? "application/merge-patch+json" : "application/json");
        using var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(body, type, mediaType) };
        using var response = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            var reason = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
            throw new HttpRequestException($"DCP answers {(int)response.StatusCode} to {method} {path}: {reason}", null, response.StatusCode);
        }
    }

    private async IAsyncEnumerable<string> ReadLinesAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await _http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        response.EnsureSuccessStatusCode();
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false));
        while (await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
            yield return line;
    }
}
