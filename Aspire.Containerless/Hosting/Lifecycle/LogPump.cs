using Aspire.Containerless.Dcp;

namespace Aspire.Containerless.Lifecycle;

/// <summary>Carries what a process writes to its replica's log, until it has ended and all is read.</summary>
internal static class LogPump
{
    public static async Task RunAsync(DcpRun run, string source, ResourceLog log)
    {
        try
        {
            // A log may be asked for only once the process is there.
            await run.Started.ConfigureAwait(false);
            await foreach (var line in run.FollowLogAsync(source, CancellationToken.None).ConfigureAwait(false))
                log.Append(line, isError: source == "stderr");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or OperationCanceledException)
        {
            // DCP is gone, and the process with it.
        }
    }
}
