using Im.Client.Http;
using Microsoft.Extensions.Logging;

namespace Im.Client.Sessions;

/// <summary>
/// Gets a program another bearer token when half of its life is over: the open connection does not need one, the next one does. Where the API does not answer it tries on. A token that is worth
/// nothing any more is left for the next connection to find.
/// </summary>
internal sealed class TokenRenewal : IDisposable
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(10);

    private readonly ImHttp _http;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private readonly CancellationTokenSource _disposing = new();

    public TokenRenewal(ImHttp http, TimeProvider time, ILogger logger)
    {
        (_http, _logger) = (http, logger);
        _timer = time.CreateTimer(_ => _ = RenewOrRetryAsync(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        http.TokenReceived += Schedule;
    }

    /// <summary>A token that the application brought may be about to run out: it is replaced first of all.</summary>
    /// <exception cref="ImException"/>
    public Task EnsureFreshAsync(CancellationToken cancellationToken) =>
        _http.Credential is { IsBearer: true, IsNone: false } && !_http.IsTokenAgeKnown ? _http.RenewTokenAsync(cancellationToken) : Task.CompletedTask;

    public void Dispose()
    {
        _disposing.Cancel();
        _timer.Dispose();
    }

    private void Schedule(TimeSpan lifetime) => _timer.Change(lifetime / 2, Timeout.InfiniteTimeSpan);

    private async Task RenewOrRetryAsync()
    {
        try
        {
            if (!_http.Credential.IsNone)
                await _http.RenewTokenAsync(_disposing.Token);
        }
        catch (Exception e)
        {
            if (_disposing.IsCancellationRequested)
                return;
            ClientLog.RenewalFailed(_logger, (e as ImException)?.Code ?? e.GetType().Name);
            if (e is not ImException { StatusCode: 401 })
                _timer.Change(RetryDelay, Timeout.InfiniteTimeSpan);
        }
    }
}
