using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Im.Core.Bus;

/// <summary>Settings of the bus, section <c>Bus</c>.</summary>
public sealed class BusOptions
{
    /// <summary>Begins the name of every Redis channel, so that several installations can share one Redis. All nodes of one installation need the same.</summary>
    [Required]
    public string ChannelPrefix { get; set; } = "im:";

    /// <summary>
    /// How often a node sends itself a probe, in a cluster one through each shard, 0.05–60 s. One that is not back when the next but one is due makes the node ask the cluster who serves what; after three
    /// the node is unhealthy, in a cluster degraded as long as other shards deliver.
    /// </summary>
    [Range(0.05, 60)]
    public double ProbeIntervalSeconds { get; set; } = 1;

    /// <summary>The longest wait for another subscription or its end on the same topic, 1–60 s; Redis' own timeout (5 s by default) comes on top.</summary>
    [Range(1, 60)]
    public int SubscribeTimeoutSeconds { get; set; } = 5;
}

[OptionsValidator]
internal sealed partial class BusOptionsValidator : IValidateOptions<BusOptions>;
