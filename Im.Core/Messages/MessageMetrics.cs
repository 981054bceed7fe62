using System.Diagnostics.Metrics;

namespace Im.Core.Messages;

internal static class MessageMetrics
{
    public static readonly UpDownCounter<long> Queued = ImTelemetry.Meter.CreateUpDownCounter<long>("im.messages.queued", "{message}", "Appends waiting for the commit under way.");

    public static readonly Histogram<int> BatchSize = ImTelemetry.Meter.CreateHistogram<int>("im.messages.batch.size", "{message}", "Appends committed together.");

    public static readonly Histogram<double> CommitDuration = ImTelemetry.Meter.CreateHistogram<double>("im.messages.commit.duration", "s", "One batch, from sending it to its commit.");

    public static readonly Counter<long> Refused = ImTelemetry.Meter.CreateCounter<long>("im.messages.refused", "{message}", "Appends refused because the queue was full.");

    public static readonly Counter<long> Failed = ImTelemetry.Meter.CreateCounter<long>("im.messages.failed", "{message}", "Appends that failed, their outcome unknown or the message not storable.");
}
