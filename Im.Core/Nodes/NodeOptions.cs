using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Im.Core.Nodes;

/// <summary>How long a silent node counts as alive. The same on all nodes.</summary>
public sealed class NodeOptions
{
    /// <summary>A node that has not renewed for so long is dead to the others: 1 s to 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan LeaseTime { get; set; } = TimeSpan.FromSeconds(6);

    /// <summary>At most a third of <see cref="LeaseTime"/>, so that one lost renewal kills nobody.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:20")]
    public TimeSpan RenewInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How often each node looks for leases that have ended: 0.1 s to 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:02")]
    public TimeSpan CheckInterval { get; set; } = TimeSpan.FromSeconds(1);
}

[OptionsValidator]
internal sealed partial class NodeOptionsRanges : IValidateOptions<NodeOptions>;

internal sealed class NodeOptionsRatio : IValidateOptions<NodeOptions>
{
    public ValidateOptionsResult Validate(string? name, NodeOptions options) => options.RenewInterval * 3 <= options.LeaseTime
        ? ValidateOptionsResult.Success
        : ValidateOptionsResult.Fail($"{nameof(NodeOptions.RenewInterval)} must be at most a third of {nameof(NodeOptions.LeaseTime)}.");
}
