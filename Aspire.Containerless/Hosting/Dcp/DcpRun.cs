using System.ComponentModel;
using System.Diagnostics;

namespace Aspire.Containerless.Dcp;

/// <summary>One process, from start to end.</summary>
internal sealed class DcpRun(DcpClient client, string name, Action onDisposed) : IAsyncDisposable
{
    private static readonly TimeSpan KillGrace = TimeSpan.FromMilliseconds(300);

    private readonly TaskCompletionSource<DcpExecutableStatus> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<DcpExecutableStatus> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Running, or ended without ever having run.</summary>
    public Task<DcpExecutableStatus> Started => _started.Task;

    public Task<DcpExecutableStatus> Ended => _ended.Task;

    public void Update(DcpExecutableStatus status)
    {
        if (status.IsRunning || status.IsTerminal)
            _started.TrySetResult(status);
        if (status.IsTerminal)
            _ended.TrySetResult(status);
    }

    /// <param name="source">stdout or stderr.</param>
    public IAsyncEnumerable<string> FollowLogAsync(string source, CancellationToken cancellationToken) =>
        client.ReadLogAsync(name, source, follow: true, cancellationToken);

    /// <summary>DCP's own words on why a process did not start.</summary>
    public async Task<string> ReadReasonAsync(CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        await foreach (var line in client.ReadLogAsync(name, "system", follow: false, cancellationToken).ConfigureAwait(false))
            lines.Add(line);
        return lines.Count == 0 ? "no reason given" : lines[^1];
    }

    /// <summary>Asks it to end; kills it and its children if it has not by then. DCP itself would wait 6.6 s before it kills.</summary>
    public async Task StopAsync(TimeSpan grace)
    {
        if (Ended.IsCompleted)
            return;
        using var timeout = new CancellationTokenSource(grace);
        try
        {
            await client.StopExecutableAsync(name, timeout.Token).ConfigureAwait(false);
            await Ended.WaitAsync(timeout.Token).ConfigureAwait(false);
            return;
        }
        catch (Exception failure) when (failure is OperationCanceledException or HttpRequestException)
        {
            Kill();
        }
        await Task.WhenAny(Ended, Task.Delay(KillGrace)).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        onDisposed();
        using var timeout = new CancellationTokenSource(KillGrace);
        try
        {
            await client.DeleteExecutableAsync(name, timeout.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is OperationCanceledException or HttpRequestException)
        {
            // What is left, DCP clears up when it ends.
        }
    }

    private void Kill()
    {
        if (!Started.IsCompletedSuccessfully || Started.Result.Pid is not { } processId)
            return;
        try
        {
            using var process = Process.GetProcessById(processId);
            process.Kill(entireProcessTree: true);
        }
        catch (Exception failure) when (failure is ArgumentException or InvalidOperationException or Win32Exception)
        {
            // Ended meanwhile.
        }
    }
}
