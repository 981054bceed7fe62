using System.Runtime.InteropServices;

namespace Im.Hosting.ServerHost;

/// <summary>Set once, when this process is asked to end: by a signal, or because its parent or the AppHost is gone.</summary>
internal sealed class StopRequest : IDisposable
{
    private static readonly TimeSpan CheckPeriod = TimeSpan.FromMilliseconds(500);

    private readonly TaskCompletionSource _requested = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<IDisposable> _sources = [];

    public StopRequest(int? watched)
    {
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGHUP, PosixSignal.SIGQUIT])
            _sources.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                _requested.TrySetResult();
            }));
        if (OperatingSystem.IsWindows()) return; // There DCP's job object ends the whole tree.
        var parent = Posix.GetParentProcessId();
        _sources.Add(new Timer(_ =>
        {
            if (Posix.GetParentProcessId() != parent || (watched is { } id && Posix.Kill(id, 0) != 0)) _requested.TrySetResult();
        }, null, CheckPeriod, CheckPeriod));
    }

    public Task Requested => _requested.Task;

    public void Dispose() => _sources.ForEach(source => source.Dispose());
}
