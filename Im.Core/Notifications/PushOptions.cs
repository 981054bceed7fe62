using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Im.Core.Notifications;

/// <summary>How browsers are pushed to; section <c>Push</c> of the web servers.</summary>
public sealed class PushOptions
{
    /// <summary>Seconds after which a line is pushed, 0 to 60: who reads it before, on whichever device, is not told.</summary>
    [Range(0, 60)]
    public double DelaySeconds { get; set; } = 3;

    /// <summary>Seconds between two looks at what was said, 0.1 to 60.</summary>
    [Range(0.1, 60)]
    public double IntervalSeconds { get; set; } = 1;

    /// <summary>Seconds for which a push service keeps a push for a browser that is off, 0 to 86,400.</summary>
    [Range(0, 86_400)]
    public int KeptSeconds { get; set; } = 4 * 3_600;

    /// <summary>Whom a push service may write to about our pushes: a <c>mailto:</c> or <c>https:</c> address. Apple's takes no push without.</summary>
    [RegularExpression("(mailto:|https://).+")]
    public string? Contact { get; set; }

    /// <summary>For tests: endpoints may be on this machine, at any port, and without TLS.</summary>
    public bool AllowLoopback { get; set; }
}

[OptionsValidator]
internal sealed partial class PushOptionsValidator : IValidateOptions<PushOptions>;
