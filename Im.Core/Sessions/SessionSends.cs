using System.Diagnostics;
using Im.Core.Bus;
using Im.Core.Nodes;
using Im.Protocol;

namespace Im.Core.Sessions;

/// <summary>
/// Sends a frame to a user, a session or a connection, wherever they are: null, not connected anywhere; true, at least one node took it; false, there are connections
/// but no node took it.
/// </summary>
internal sealed class SessionSends(ConnectionDirectory directory, IBus bus, NodeIdentity? node = null)
{
    public async Task<bool?> ToUserAsync(Guid userId, ServerFrame frame, CancellationToken ct)
    {
        if (await bus.PublishAsync(BusTopic.User(userId), Envelope(frame), ct) > 0)
            return true;
        return (await directory.FindAsync(ConnectionTable.UserField(userId), ct)).Count > 0 ? false : null;
    }

    public async Task<bool?> ToSessionAsync(string sessionId, ServerFrame frame, CancellationToken ct)
    {
        var found = await directory.FindAsync(ConnectionTable.SessionField(sessionId), ct);
        return await SendAsync([.. found.SelectMany(entry => ConnectionTable.ConnectionIds(entry.Value).Select(id => (entry.NodeId, id)))], frame, ct);
    }

    public async Task<bool?> ToConnectionAsync(string connectionId, ServerFrame frame, CancellationToken ct)
    {
        var found = await directory.FindAsync(ConnectionTable.ConnectionField(connectionId), ct);
        return await SendAsync([.. found.Select(entry => (entry.NodeId, connectionId))], frame, ct);
    }

    private async Task<bool?> SendAsync(IReadOnlyList<(string NodeId, string ConnectionId)> connections, ServerFrame frame, CancellationToken ct)
    {
        if (connections.Count == 0)
            return null;
        var envelope = Envelope(frame);
        var taken = false;
        foreach (var (nodeId, connectionId) in connections)
            taken |= await bus.PublishAsync(BusTopic.Node(nodeId), envelope with { Connection = connectionId }, ct) > 0;
        return taken;
    }

    private BusEnvelope Envelope(ServerFrame frame) =>
        new(BusKind.Frame, node?.Name ?? "", ProtocolJson.Write(frame)) { Trace = Activity.Current?.Context ?? default };
}
