using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Im.AppHost.Supervision;

/// <summary>
/// A process that ends without having been told to: says why, as far as its log knows, and starts it again, later and later if it never lives for long.
/// After <see cref="MaxShortLives"/> short lives in a row it stays down, as a setting out of range does not mend itself.
/// </summary>
internal sealed partial class CrashWatch(Replicas replicas, ResourceCommandService commands, ResourceLoggerService logs, IHostApplicationLifetime lifetime, ILoggerFactory loggers)
    : IHostedService
{
    private const int MaxShortLives = 5;
    private static readonly TimeSpan ShortLife = TimeSpan.FromSeconds(5), FirstDelay = TimeSpan.FromMilliseconds(250), LastLines = TimeSpan.FromMilliseconds(200);

    private readonly ILogger _logger = loggers.CreateLogger("Im");
    private readonly ConcurrentDictionary<string, (DateTime Started, int ShortLives)> _lives = [];

    public Task StartAsync(CancellationToken cancellationToken)
    {
        replicas.Changed += (before, now) =>
        {
            if (!now.Resource.Annotations.OfType<RestartOnCrashAnnotation>().Any())
                return;
            if (now.IsRunning && before?.IsRunning != true)
                _lives[now.Id] = (DateTime.UtcNow, _lives.GetValueOrDefault(now.Id).ShortLives);
            // Told to, it goes through "Stopping".
            if (before is { IsRunning: true } && KnownResourceStates.TerminalStates.Contains(now.State))
                _ = BringBackAsync(now, lifetime.ApplicationStopping);
        };
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task BringBackAsync(Replica ended, CancellationToken stopping)
    {
        if (stopping.IsCancellationRequested)
            return;
        try
        {
            var (started, shortLives) = _lives.GetValueOrDefault(ended.Id);
            shortLives = DateTime.UtcNow - started < ShortLife ? shortLives + 1 : 0;
            _lives[ended.Id] = (started, shortLives);
            await Task.Delay(LastLines, stopping);
            var reason = await FindReasonAsync(ended.Id, stopping) ?? "its log does not say why";
            if (shortLives >= MaxShortLives)
            {
                LogGivenUp(_logger, ended.Name, MaxShortLives, reason);
                return;
            }
            LogCrashed(_logger, ended.Name, reason);
            await Task.Delay(FirstDelay * (1 << shortLives), stopping);
            var result = await commands.ExecuteCommandAsync(ended.Id, KnownResourceCommands.StartCommand, stopping);
            if (!result.Success)
                LogNotStarted(_logger, ended.Name, result.Message);
        }
        catch (OperationCanceledException)
        {
            // The application ends.
        }
    }

    /// <summary>The last line of its log that speaks of an end: an exception nobody handled, a fatal error of Postgres or Redis.</summary>
    private async Task<string?> FindReasonAsync(string id, CancellationToken cancellationToken)
    {
        string? reason = null;
        await foreach (var lines in logs.GetAllAsync(id).WithCancellation(cancellationToken))
            foreach (var line in lines)
                if (End().Match(line.Content) is { Success: true } match)
                    reason = match.Groups["why"].Value.Trim();
        return reason;
    }

    [GeneratedRegex(@"(Unhandled exception\. (?:[\w.]+\.)?|FATAL: +|PANIC: +|# (?=.*(?:failed|error|can't|could not)))(?<why>.+)", RegexOptions.IgnoreCase)]
    private static partial Regex End();

    [LoggerMessage(11, LogLevel.Error, "{Replica} has ended by itself and is started again: {Reason}")]
    private static partial void LogCrashed(ILogger logger, string replica, string reason);

    [LoggerMessage(12, LogLevel.Error, "{Replica} has ended by itself {Times} times in a row soon after its start and is not started again: {Reason}")]
    private static partial void LogGivenUp(ILogger logger, string replica, int times, string reason);

    [LoggerMessage(13, LogLevel.Error, "{Replica} could not be started again: {Reason}")]
    private static partial void LogNotStarted(ILogger logger, string replica, string? reason);
}
