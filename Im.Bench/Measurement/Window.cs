using System.Diagnostics;

namespace Im.Bench.Measurement;

/// <summary>What happened in one measured stretch of time, in the middle of a load that began before it and ends after it.</summary>
internal sealed record Window(CpuSample Used, long Deliveries, long Acks, LatencyHistogram DeliveryLatency, LatencyHistogram AckLatency)
{
    private double Seconds => (double)Used.At / Stopwatch.Frequency;

    public double DeliveriesPerSecond => Deliveries / Seconds;

    public double AcksPerSecond => Acks / Seconds;

    /// <summary>CPU of nodes and Redis, µs; what Postgres uses is apart.</summary>
    public double MicrosPerDelivery => (Used.Nodes + Used.Redis) * 1e6 / Deliveries;

    public double PostgresMicrosPerDelivery => Used.Postgres * 1e6 / Deliveries;

    public double MicrosPerAck => (Used.Nodes + Used.Redis) * 1e6 / Acks;

    public double PostgresMicrosPerAck => Used.Postgres * 1e6 / Acks;

    public double EngineMicrosPerDelivery => Used.Engine * 1e6 / Deliveries;

    /// <summary>The part of the nodes' CPU that went into compiling their code: near 0 when they are warm.</summary>
    public double CompilerShare => Used.Nodes > 0 ? Used.Compiler / Used.Nodes : 0;

    /// <summary>Cores the load engine kept busy. It has one thread: near 1 it is what limits the figure.</summary>
    public double EngineCores => Used.Engine / Seconds;
}
