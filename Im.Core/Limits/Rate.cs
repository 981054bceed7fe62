using System.ComponentModel.DataAnnotations;

namespace Im.Core.Limits;

/// <summary>A token bucket's size and refill.</summary>
public sealed class Rate
{
    public Rate()
    {
    }

    public Rate(double perSecond, double burst) => (PerSecond, Burst) = (perSecond, burst);

    /// <summary>Tokens that come back each second, 0.001 to 1,000,000,000.</summary>
    [Range(0.001, 1e9)]
    public double PerSecond { get; set; }

    /// <summary>Tokens there are when nothing was taken for a while, 1 to 1,000,000,000.</summary>
    [Range(1, 1e9)]
    public double Burst { get; set; }
}
