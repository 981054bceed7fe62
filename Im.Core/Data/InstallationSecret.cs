
namespace Im.Core.Data;

/// <summary>What the processes of one installation know each other by: everybody who may read the database has it, and nobody else.</summary>
public interface IInstallationSecret
{
    /// <summary>32 random bytes; read once.</summary>
    /// <exception cref="StoreUnavailableException"/>
    ValueTask<byte[]> GetAsync();
}

internal sealed class InstallationSecret(StoreReader reader) : IInstallationSecret
{
    private volatile byte[]? _secret;

    public ValueTask<byte[]> GetAsync() => _secret is { } known ? new(known) : new(ReadAsync());

    private async Task<byte[]> ReadAsync() => _secret = await reader.QueryAsync(
        "SELECT secret FROM installation", [], async rows => await rows.ReadAsync() ? rows.GetFieldValue<byte[]>(0) : throw new InvalidOperationException("The installation has no secret."),
        CancellationToken.None);
}
