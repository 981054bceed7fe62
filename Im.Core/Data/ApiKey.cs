namespace Im.Core.Data;

/// <summary>A key with which a server publishes in its owner's name.</summary>
public sealed class ApiKey
{
    public Guid Id { get; init; }

    public Guid OwnerId { get; init; }

    /// <summary>What its owner calls it.</summary>
    public required string Name { get; init; }

    /// <summary>SHA-256 of the secret part, 32 bytes; the secret has 256 random bits, so that no slow hash is needed.</summary>
    public required byte[] Hash { get; init; }

    /// <summary>What it may do.</summary>
    public required string[] Scopes { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}
