using System.Diagnostics.Metrics;
using Im.Core;
using Im.Realtime.Connections;

namespace Im.Realtime.Node;

/// <summary>What an operator watches of a node.</summary>
internal sealed class NodeMetrics
{
    private readonly Counter<long> _deliveries = ImTelemetry.Meter.CreateCounter<long>("im.deliveries", "{message}", "Messages handed to a connection's outbox.");
    private readonly Histogram<double> _latency = ImTelemetry.Meter.CreateHistogram<double>(
        "im.delivery.duration", "ms", "From the sender's node taking a message to this node handing it to its connections; commit included.");

    public NodeMetrics(ConnectionTable connections) =>
        ImTelemetry.Meter.CreateObservableGauge("im.connections", () => connections.Count, "{connection}", "Open WebSockets on this node.");

    public void Delivered(int receivers, double milliseconds)
    {
        _deliveries.Add(receivers);
        _latency.Record(milliseconds);
    }
}
