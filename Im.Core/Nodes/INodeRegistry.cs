using Im.Protocol;

namespace Im.Core.Nodes;

/// <summary>The nodes that hold a lease in Redis. A node renews its lease; when it dies or hangs the lease ends and others reap it.</summary>
public interface INodeRegistry
{
    /// <summary>The nodes with a lease, by name. <see cref="NodeInfo.Live"/> is true for those not draining.</summary>
    Task<IReadOnlyList<NodeInfo>> ListAsync(CancellationToken cancellationToken = default);
}
