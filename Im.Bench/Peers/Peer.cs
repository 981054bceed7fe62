using Im.Bench.Load;
using Im.Bench.Measurement;

namespace Im.Bench.Peers;

/// <summary>Somebody who can connect: a user, and the secret of a session of theirs; null where a system asks for none.</summary>
internal sealed record Account(Guid UserId, string? Cookie);

/// <summary>A system under test: two nodes and the servers behind them.</summary>
internal abstract class Peer : ISystemUnderTest, IAsyncDisposable
{
    private List<Account> _accounts = [];

    public abstract string Name { get; }

    public abstract Column Column { get; }

    public abstract Codec Codec { get; }

    /// <summary>Where the two nodes listen, on loopback.</summary>
    public int[] Ports { get; } = [FreePort.Next(), FreePort.Next()];

    /// <summary>Empty while they are not started.</summary>
    public OwnedProcess[] Nodes { get; protected set; } = [];

    /// <summary>All programs through which a message passes: the nodes, and what stands before them.</summary>
    public virtual IReadOnlyList<OwnedProcess> Programs => Nodes;

    /// <summary>Where connections to a node are opened.</summary>
    public virtual (int Port, string Path) DoorOf(int node) => (Ports[node], Codec.Path);

    public virtual OwnedProcess? Redis => null;

    public virtual OwnedProcess? Postgres => null;

    protected abstract Task StartNodesAsync(CancellationToken cancellationToken);

    /// <summary>Whoever asks for accounts next gets fresh nodes.</summary>
    public virtual async Task StopNodesAsync()
    {
        await Task.WhenAll(Nodes.Select(node => node.DisposeAsync().AsTask()));
        Nodes = [];
    }

    /// <summary>The first so many accounts, each with one session; those that are missing are made. The nodes, which make the schema, run when it returns.</summary>
    public async Task<IReadOnlyList<Account>> GetAccountsAsync(int count, CancellationToken cancellationToken)
    {
        if (Nodes.Length == 0)
            await StartNodesAsync(cancellationToken);
        if (_accounts.Count < count)
            _accounts = [.. _accounts, .. await AddAccountsAsync(count - _accounts.Count, cancellationToken)];
        return _accounts[..count];
    }

    protected abstract Task<IReadOnlyList<Account>> AddAccountsAsync(int count, CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();
}
