using Im.Core.Bus;
using Im.Core.Nodes;
using Im.Realtime.Connections;

namespace Im.Realtime.Delivery;

/// <summary>What is sent to one connection of this node by its id, from wherever (<see cref="Core.Sessions.ISessionManager.SendToConnectionAsync"/>).</summary>
internal sealed class NodeInbox(NodeIdentity node, IBus bus, ConnectionTable connections)
{
    public async Task OpenAsync(CancellationToken cancellationToken) =>
        await bus.SubscribeAsync(BusTopic.Node(node.Id), Accept, cancellationToken);

    private void Accept(BusEnvelope envelope)
    {
        if (envelope is { Kind: BusKind.Frame, Connection: { } id })
            connections.Find(id)?.Outbox.Enqueue(envelope.Payload);
    }
}
