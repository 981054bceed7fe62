using System.Diagnostics.Metrics;
using Im.Core;
using Im.Realtime.Connections;

namespace Im.Realtime.Delivery;

/// <summary>What an operator watches of a node.</summary>
internal sealed class NodeMetrics
{
    private readonly Counter<long> _deliveries = ImTelemetry.Meter.CreateCounter<long>("im.deliveries", "{message}", "Messages handed to a connection's outbox.");
    private readonly Histogram<double> _latency = ImTelemetry.Meter.CreateHistogram<double>(
        "im.delivery.duration", "ms", "From the sender's node taking a message to this node handing it to its connections; commit included.");

    private readonly Histogram<double> _sweep = ImTelemetry.Meter.CreateHistogram<double>("im.sweep.duration", "s", "Asking the store what is new.");
    private readonly Counter<long> _healed = ImTelemetry.Meter.CreateCounter<long>("im.messages.healed", "{message}", "Messages read from the store because the bus had not brought them.");

    public NodeMetrics(ConnectionTable connections) =>
        ImTelemetry.Meter.CreateObservableGauge("im.connections", () => connections.Count, "{connection}", "Open WebSockets on this node.");

    public void Swept(TimeSpan duration) => _sweep.Record(duration.TotalSeconds);

    public void Healed() => _healed.Add(1);

    public void Delivered(int receivers, double milliseconds)
    {
        _deliveries.Add(receivers);
        _latency.Record(milliseconds);
    }
}
