using Im.Protocol;

namespace Im.Client;

/// <summary>What comes next in a client's stream: a message, or word of those that are left out. Exactly one of the two is there.</summary>
public readonly record struct StreamItem
{
    internal StreamItem(MessageFrame message) => Message = message;

    internal StreamItem(MessageGap gap) => Gap = gap;

    public MessageFrame? Message { get; }

    public MessageGap? Gap { get; }
}
