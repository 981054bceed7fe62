using Im.Protocol;

namespace Im.Client;

/// <summary>What comes next in a client's stream. Exactly one of the three is there.</summary>
public readonly record struct StreamItem
{
    internal StreamItem(EventFrame item) => Event = item;

    internal StreamItem(EventGap gap) => Gap = gap;

    internal StreamItem(string newEpoch) => NewEpoch = newEpoch;

    public EventFrame? Event { get; }

    public EventGap? Gap { get; }

    /// <summary>
    /// The store's life is another one: its database was put back, say. Lines and sequences that are held are worth nothing. What follows are the events from here on, as after a first connect.
    /// </summary>
    public string? NewEpoch { get; }
}
