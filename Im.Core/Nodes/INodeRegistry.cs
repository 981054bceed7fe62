using Im.Protocol;

namespace Im.Core.Nodes;

/// <summary>The nodes that hold a lease in Redis. A node renews its lease; when it dies or hangs the lease ends and others reap it.</summary>
public interface INodeRegistry
{
    /// <summary>
    /// The nodes with a lease, by name. <see cref="NodeInfo.Live"/> is true for those not draining. A restarted replica may be listed twice under one name
    /// until its former lease ends: the newer one first.
    /// </summary>
    /// <exception cref="NodesUnavailableException">Redis could not be reached: the nodes known from before are the best guess.</exception>
    Task<IReadOnlyList<NodeInfo>> ListAsync(CancellationToken cancellationToken = default);
}

public sealed class NodesUnavailableException(Exception inner) : Exception("Redis could not be reached.", inner);
