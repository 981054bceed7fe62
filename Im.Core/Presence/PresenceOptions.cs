using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Im.Core.Presence;

/// <summary>How presence is told. The same on all nodes.</summary>
public sealed class PresenceOptions
{
    /// <summary>For so long somebody whose last connection closed without a goodbye is awaited before they are offline: 0 to 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan ReturnTime { get; set; } = TimeSpan.FromSeconds(5);
}

[OptionsValidator]
internal sealed partial class PresenceOptionsRanges : IValidateOptions<PresenceOptions>;
