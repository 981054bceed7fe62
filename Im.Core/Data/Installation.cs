namespace Im.Core.Data;

/// <summary>What all processes of one installation share, one row, made with the database.</summary>
internal sealed class Installation
{
    public short Id { get; init; }

    /// <summary>32 random bytes, by which the nodes know the gateway.</summary>
    public required byte[] Secret { get; init; }
}
