using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Im.Core.Messages;

/// <summary>Settings of a node's message writer, section <c>Messages</c>.</summary>
public sealed class MessageWriterOptions
{
    /// <summary>Appends that may wait for the commit under way, 1–1,000,000. At most half of them in one conversation. Over it <see cref="IEventStore.AppendAsync"/> throws <see cref="StoreBusyException"/> at once.</summary>
    [Range(1, 1_000_000)]
    public int MaxQueuedMessages { get; set; } = 20_000;

    /// <summary>Appends committed together at most, 1–1,000. More than 256 gains nothing in throughput and costs latency.</summary>
    [Range(1, 1_000)]
    public int MaxBatchMessages { get; set; } = 256;
}

[OptionsValidator]
internal sealed partial class MessageWriterOptionsValidator : IValidateOptions<MessageWriterOptions>;
