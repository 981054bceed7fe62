namespace Im.Core.Data;

/// <summary>The life of the store: a client's cursors are worth something only in the one they are of.</summary>
public sealed class StoreEpoch
{
    private readonly StoreReader _reader;

    internal StoreEpoch(StoreReader reader) => _reader = reader;

    /// <summary>Empty until it was read.</summary>
    public string Current { get; private set; } = "";

    /// <exception cref="StoreUnavailableException"/>
    public async Task ReadAsync(CancellationToken cancellationToken) => Current = await _reader.QueryAsync(
        "SELECT epoch FROM installation", [], async rows => await rows.ReadAsync() ? $"{rows.GetGuid(0):N}" : throw new InvalidOperationException("The installation has no row."), cancellationToken);
}
