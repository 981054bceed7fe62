using Im.Protocol;

namespace Im.Client.Connections;

/// <summary>Asks a silent node whether it is there, and gives the connection up when nothing comes within <see cref="ProtocolLimits.PongSeconds"/>.</summary>
internal sealed class SilenceWatch(Link link, TimeProvider time, TimeSpan pingAfter)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(ProtocolLimits.PongSeconds);

    // Ends with the connection. If it fails, the connection is ended: unwatched it could be dead for hours.
    public async Task RunAsync(CancellationToken ended)
    {
        var pinging = Task.CompletedTask;
        try
        {
            while (true)
            {
                for (var quiet = link.SilentFor; quiet < pingAfter; quiet = link.SilentFor)
                    await Task.Delay(pingAfter - quiet, time, ended);
                var heard = link.Heard;
                if (pinging.IsCompleted)
                    pinging = PingAsync(); // not waited for: a node that takes nothing is silent as well
                await Task.Delay(Patience, time, ended);
                if (link.Heard > heard)
                    continue;
                link.Abort("the node is silent");
                return;
            }
        }
        catch (Exception e)
        {
            if (!ended.IsCancellationRequested)
                link.Abort($"the connection could not be watched: {e.Message}");
        }
    }

    private async Task PingAsync()
    {
        try
        {
            await link.SendAsync(new PingFrame { Id = "ping" });
        }
        catch (ImException)
        {
            // The connection has ended; who receives on it says so.
        }
    }
}
