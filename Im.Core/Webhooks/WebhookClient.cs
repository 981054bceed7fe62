using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Im.Core.Outbound;
using Im.Protocol;
using Microsoft.Extensions.Options;

namespace Im.Core.Webhooks;

/// <summary>
/// Sends one request to an address that somebody chose, by an <see cref="OutboundClient"/>; nothing of the answer but its status is read.
/// </summary>
internal sealed class WebhookClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly WebhookOptions _options;
    private readonly TimeProvider _time;

    public WebhookClient(IOptions<WebhookOptions> options, TimeProvider time)
    {
        (_options, _time) = (options.Value, time);
        _http = OutboundClient.Create(_ => _options.AllowPrivateAddresses, Timeout.InfiniteTimeSpan);
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
            return new(exception is OperationCanceledException ? WebhookFailures.Timeout : AddressRefusedException.IsIn(exception) ? WebhookFailures.Address : WebhookFailures.Unreachable);
        }
    }

    public void Dispose() => _http.Dispose();
}

/// <param name="Failure">Null: it was taken. Else one of <see cref="WebhookFailures"/>, or the status.</param>
internal sealed record WebhookOutcome(string? Failure)
{
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The receiver wants no more.</summary>
    public bool IsGone { get; init; }
}
