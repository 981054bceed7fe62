using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Aspire.Containerless.Lifecycle;

namespace Aspire.Containerless.Dcp;

/// <summary>Starts processes through DCP and follows them.</summary>
internal sealed class DcpExecutables(DcpClient client)
{
    private static readonly TimeSpan ReconnectInterval = TimeSpan.FromMilliseconds(300);
    private const int MaxReconnects = 5;

    private readonly ConcurrentDictionary<string, DcpRun> _runs = new(StringComparer.Ordinal);
    private int _starts;

    /// <summary>Follows all of them until cancelled; ends with an exception if DCP is gone.</summary>
    public async Task WatchAsync(CancellationToken cancellationToken)
    {
        for (var failures = 0; ; failures++)
        {
            try
            {
                await foreach (var executable in client.WatchExecutablesAsync(cancellationToken).ConfigureAwait(false))
                {
                    failures = 0;
                    if (executable.Status is { } status && _runs.TryGetValue(executable.Metadata.Name, out var run))
                        run.Update(status);
                }
            }
            catch (Exception failure) when (failure is HttpRequestException or IOException && failures < MaxReconnects)
            {
                // A connection may break; it begins anew with everything there is.
            }
            await Task.Delay(ReconnectInterval, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <param name="producers">The proxies it stands behind.</param>
    public async Task<DcpRun> StartAsync(
        string replicaId, LaunchPlan plan, IReadOnlyList<DcpServiceProducer> producers, CancellationToken cancellationToken)
    {
        // A name of its own for every start: the one before may not be gone yet.
        var name = string.Create(CultureInfo.InvariantCulture, $"{replicaId.ToLowerInvariant()}-{Interlocked.Increment(ref _starts)}");
        var run = new DcpRun(client, name, () => _runs.TryRemove(name, out _));
        _runs[name] = run;
        var annotations = producers.Count == 0
            ? null
            : new Dictionary<string, string>
            {
                [DcpApi.ServiceProducerAnnotation] = JsonSerializer.Serialize([.. producers], DcpJson.Default.DcpServiceProducerArray),
            };
        await client.CreateExecutableAsync(
            new DcpExecutable(
                new DcpMetadata(name, annotations),
                new DcpExecutableSpec(
                    plan.Command, plan.WorkingDirectory, plan.Arguments, [.. plan.Environment.Select(v => new DcpVariable(v.Key, v.Value))])),
            cancellationToken).ConfigureAwait(false);
        return run;
    }
}
