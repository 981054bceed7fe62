namespace Im.Core.Nodes;

/// <summary>
/// This process' place among the nodes: a lease in Redis, taken once the address is known and renewed every <see cref="NodeOptions.RenewInterval"/>.
/// A node that hung so long that others reaped it, or whose Redis lost its data, takes the lease again under a new epoch; its presence column and its
/// connections are then written anew from memory, without anybody's doing. A stop in order gives the lease back.
/// </summary>
public interface INodeLease
{
    NodeIdentity Identity { get; }

    /// <summary>Whether the lease is held as far as this process knows: while Redis is away it does not know better.</summary>
    bool IsHeld { get; }

    /// <summary>Open connections, for the gateway's choice; reaches the others with the next renewal.</summary>
    int Connections { get; set; }

    /// <summary>Where the gateway reaches this node, such as <c>http://127.0.0.1:21001</c>. Not before it is set is there a lease, and others see the node.</summary>
    /// <param name="publicUrl">Where clients reach it without the gateway, such as <c>https://node-1.chat.example</c>; null: nowhere.</param>
    void SetAddress(string address, string? publicUrl = null);

    /// <summary>Asks for no new connections from now on; the lease goes on. Cannot be taken back.</summary>
    void StartDraining();

    /// <summary>Raised after each acquisition, the first and any later one. Called from one loop: return quickly.</summary>
    event Action? Acquired;

    /// <summary>Raised when the lease turned out to be gone; <see cref="Acquired"/> usually follows at once.</summary>
    event Action? Lost;
}
