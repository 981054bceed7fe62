using System.Diagnostics.Metrics;

namespace Im.Core.Bus;

internal static class BusMetrics
{
    public static readonly Counter<long> Published = ImTelemetry.Meter.CreateCounter<long>("im.bus.published", "{envelope}", "Envelopes Redis took from this node.");

    public static readonly Counter<long> Received = ImTelemetry.Meter.CreateCounter<long>("im.bus.received", "{envelope}", "Envelopes Redis handed to this node.");

    public static readonly Counter<long> Dropped = ImTelemetry.Meter.CreateCounter<long>(
        "im.bus.dropped", "{envelope}", "Envelopes that were malformed, or of a version or kind this node does not know.");

    public static readonly UpDownCounter<long> Topics = ImTelemetry.Meter.CreateUpDownCounter<long>("im.bus.topics", "{topic}", "Topics this node is subscribed to.");

    public static readonly Histogram<double> ProbeDuration = ImTelemetry.Meter.CreateHistogram<double>(
        "im.bus.probe.duration", "s", "From publishing a probe to receiving it on the same node.");

    public static readonly Counter<long> Reconnects = ImTelemetry.Meter.CreateCounter<long>("im.bus.reconnects", "{reconnect}", "Connections to Redis that came back, subscriptions confirmed.");
}
