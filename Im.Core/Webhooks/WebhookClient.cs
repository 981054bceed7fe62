using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Im.Protocol;
using Microsoft.Extensions.Options;

namespace Im.Core.Webhooks;

/// <summary>
/// Sends one request to an address that somebody chose. The connection goes to public addresses alone, looked at when it is opened, so that no name that changes gets around it; no proxy, redirect,
/// cookie or credential is used, and nothing of the answer but its status is read. It leaves no span, as the address may hold a secret.
/// </summary>
internal sealed class WebhookClient : IDisposable
{
    private const int MaxHeadKiB = 16, MaxDrainBytes = 64 * 1024;

    private readonly HttpClient _http;
    private readonly WebhookOptions _options;
    private readonly TimeProvider _time;

    public WebhookClient(IOptions<WebhookOptions> options, TimeProvider time)
    {
        (_options, _time) = (options.Value, time);
        _http = new(new SocketsHttpHandler
        {
            ConnectCallback = ConnectAsync,
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null, // and no span
            AutomaticDecompression = DecompressionMethods.None,
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            MaxConnectionsPerServer = 32,
            MaxResponseHeadersLength = MaxHeadKiB,
            MaxResponseDrainSize = MaxDrainBytes,
            ResponseDrainTimeout = TimeSpan.FromSeconds(1),
        })
        { Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("Im-Webhooks/1");
    }

    /// <returns>Within <see cref="WebhookOptions.TimeoutSeconds"/>.</returns>
    public async Task<WebhookOutcome> SendAsync(Uri address, IEnumerable<byte[]> secrets, string id, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var at = _time.GetUtcNow().ToUnixTimeSeconds();
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ReadOnlyMemoryContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } } };
        request.Headers.Add(WebhookHeaders.Id, id);
        request.Headers.Add(WebhookHeaders.Timestamp, at.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add(WebhookHeaders.Signature, string.Join(' ', secrets.Select(secret => WebhookSignature.Of(secret, id, at, body.Span))));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(_options.TimeoutSeconds));
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            return response.IsSuccessStatusCode ? new(null) : new($"{(int)response.StatusCode}") { RetryAfter = response.Headers.RetryAfter?.Delta, IsGone = response.StatusCode == HttpStatusCode.Gone };
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return new(exception is OperationCanceledException ? WebhookFailures.Timeout : IsRefusal(exception) ? WebhookFailures.Address : WebhookFailures.Unreachable);
        }
    }

    public void Dispose() => _http.Dispose();

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var host = context.DnsEndPoint.Host;
        var found = IPAddress.TryParse(host, out var number) ? [number] : await Dns.GetHostAddressesAsync(host, cancellationToken);
        var allowed = _options.AllowPrivateAddresses ? found : [.. found.Where(PublicAddress.Is)];
        if (allowed.Length == 0)
            throw new AddressRefusedException();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static bool IsRefusal(Exception exception) => exception is AddressRefusedException || exception.InnerException is { } inner && IsRefusal(inner);

    private sealed class AddressRefusedException() : Exception("The address is none of the internet's.");
}

/// <param name="Failure">Null: it was taken. Else one of <see cref="WebhookFailures"/>, or the status.</param>
internal sealed record WebhookOutcome(string? Failure)
{
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The receiver wants no more.</summary>
    public bool IsGone { get; init; }
}
