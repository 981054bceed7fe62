using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Im.Core.Bus;

/// <summary>Settings of the bus, section <c>Bus</c>.</summary>
public sealed class BusOptions
{
    /// <summary>Begins the name of every Redis channel, so that several installations can share one Redis. All nodes of one installation need the same.</summary>
    [Required]
    public string ChannelPrefix { get; set; } = "im:";

    /// <summary>How often a node sends itself a probe, 0.05–60 s. Three that do not come back in time make the node unhealthy.</summary>
    [Range(0.05, 60)]
    public double ProbeIntervalSeconds { get; set; } = 1;

    /// <summary>The longest wait for another subscription or its end on the same topic, 1–60 s; Redis' own timeout (5 s by default) comes on top.</summary>
    [Range(1, 60)]
    public int SubscribeTimeoutSeconds { get; set; } = 5;
}

[OptionsValidator]
internal sealed partial class BusOptionsValidator : IValidateOptions<BusOptions>;
