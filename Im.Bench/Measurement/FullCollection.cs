using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;

namespace Im.Bench.Measurement;

/// <summary>Makes a .NET process collect all its garbage, as a diagnostics tool does: an event session with this keyword begins with a full collection.</summary>
internal static class FullCollection
{
    private const long CollectKeyword = 0x800000;

    /// <summary>The runtime gives memory back to the system in steps.</summary>
    private static readonly TimeSpan GivingBack = TimeSpan.FromSeconds(3);

    public static async Task ForceAsync(int processId, CancellationToken cancellationToken)
    {
        var client = new DiagnosticsClient(processId);
        var provider = new EventPipeProvider("Microsoft-Windows-DotNETRuntime", EventLevel.Informational, CollectKeyword);
        using (var session = await client.StartEventPipeSessionAsync([provider], requestRundown: false, token: cancellationToken))
        {
            var reading = session.EventStream.CopyToAsync(Stream.Null, cancellationToken);
            await Task.Delay(GivingBack, cancellationToken);
            await session.StopAsync(cancellationToken);
            await reading;
        }
    }
}
