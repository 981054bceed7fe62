using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Im.Core;

/// <summary>Where Im's own spans and metrics come from. A host exports them by <see cref="Name"/>.</summary>
public static class ImTelemetry
{
    /// <summary>The name of the activity source and of the meter.</summary>
    public const string Name = "Im";

    public static ActivitySource Source { get; } = new(Name);

    public static Meter Meter { get; } = new(Name);
}
