namespace Im.Core.Data;

/// <summary>What all processes of one installation share, one row, made with the database.</summary>
internal sealed class Installation
{
    public short Id { get; init; }

    /// <summary>32 random bytes, by which the nodes know the gateway.</summary>
    public required byte[] Secret { get; init; }

    /// <summary>The store's life: made anew where it went back in time, as after the restore of an older backup.</summary>
    public Guid Epoch { get; init; }

    /// <summary>The private key, PKCS #8, with which push services know our pushes (VAPID); made when the first browser asks for its public half.</summary>
    public byte[]? PushKey { get; init; }

    /// <summary>Everything before this transaction was pushed, or was not to be; null until something was.</summary>
    public ulong? PushMark { get; init; }

    /// <summary>When <see cref="PushMark"/> was written.</summary>
    public DateTime? PushMarkAt { get; init; }

    /// <summary>Where the database was when a node last looked: its cluster's identifier and timeline, and its own number there. Another place means that it was restored.</summary>
    public string? Home { get; init; }
}
