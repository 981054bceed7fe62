using Im.Bench.Load;
using Im.Bench.Measurement;

namespace Im.Bench.Scenarios;

/// <summary>A load with counts to be read at any time, from any thread, and latencies to be read when it has ended.</summary>
internal abstract class MeasuredLoad : Workload
{
    private long _deliveries, _acks;

    public long Deliveries => Volatile.Read(ref _deliveries);

    public long Acks => Volatile.Read(ref _acks);

    /// <summary>From the sending to the delivery; of a round trip, to its end.</summary>
    public LatencyHistogram DeliveryLatency { get; } = new();

    /// <summary>From the sending to the acknowledgement or answer.</summary>
    public LatencyHistogram AckLatency { get; } = new();

    /// <summary>What is missing, for the message of a failure.</summary>
    public abstract string Missing { get; }

    /// <summary>Sends nothing more; <see cref="Workload.Ended"/> completes when all that was sent has arrived.</summary>
    public abstract void Stop();

    public void ResetLatencies()
    {
        DeliveryLatency.Reset();
        AckLatency.Reset();
    }

    protected void CountDelivery(long ticks)
    {
        _deliveries++;
        DeliveryLatency.Record(ticks);
    }

    protected void CountAck(long ticks)
    {
        _acks++;
        AckLatency.Record(ticks);
    }
}
