using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Im.Core.Webhooks;

/// <summary>What the nodes send to webhooks and how often they try; section <c>Webhooks</c>, the same for web servers and nodes.</summary>
public sealed class WebhookOptions
{
    /// <summary>
    /// Send also to addresses that are not public: this machine, private networks, link-local ones such as a cloud's metadata. By default nothing is: whoever looks after a room could make the
    /// server ask what only it reaches.
    /// </summary>
    public bool AllowPrivateAddresses { get; set; }

    /// <summary>For one attempt, connecting and the answer's head included, 0.1 to 60 s.</summary>
    [Range(0.1, 60)]
    public double TimeoutSeconds { get; set; } = 10;

    /// <summary>Attempts at one event, 1 to 100. When the last one failed the webhook is switched off: by default after about 20 hours.</summary>
    [Range(1, 100)]
    public int MaxAttempts { get; set; } = 30;

    /// <summary>Between the first attempt and the second, 0.01 to 600 s. Each pause after it is twice as long, up to <see cref="MaxPauseSeconds"/>, and a random time in its upper half.</summary>
    [Range(0.01, 600)]
    public double FirstPauseSeconds { get; set; } = 2;

    /// <summary>0.01 to 86,400 s.</summary>
    [Range(0.01, 86_400)]
    public double MaxPauseSeconds { get; set; } = 3_600;

    /// <summary>Events that may wait for a receiver, 1 to 1,000,000; with more the webhook is switched off.</summary>
    [Range(1, 1_000_000)]
    public int MaxWaiting { get; set; } = 10_000;

    /// <summary>Requests at once, 1 to 1,000.</summary>
    [Range(1, 1_000)]
    public int MaxParallel { get; set; } = 64;

    /// <summary>Of these for webhooks of one user, 1 to 1,000.</summary>
    [Range(1, 1_000)]
    public int MaxParallelPerUser { get; set; } = 8;
}

[OptionsValidator]
internal sealed partial class WebhookOptionsValidator : IValidateOptions<WebhookOptions>;
