using Im.Core.Limits;
using Im.Core.Presence;
using Im.Protocol;
using Im.Realtime.Connections;
using Im.Realtime.Delivery;

namespace Im.Realtime.Presence;

/// <summary>
/// Tells every connection of this node who came and went, anywhere. Between two changes everybody who connects is given the same bytes: with thousands coming back at once,
/// making each a list of their own would be most of the work.
/// </summary>
internal sealed class PresenceBroadcast(IPresence presence, Lobby lobby, ReadBudget reads) : IHostedService
{
    private readonly Lock _gate = new();
    private byte[]? _snapshot;

    /// <summary>Sends the list to one connection, which must be in the lobby's audience already: what the list lacks is told next. Whoever has read too much is given the counts alone.</summary>
    public void SendSnapshot(ClientConnection connection)
    {
        lock (_gate)
            if (reads.Wait(connection.ReadOwner) is not null)
                connection.Send(presence.Snapshot() with { Users = [] });
            else
            {
                connection.Outbox.Enqueue(_snapshot ??= ProtocolJson.Write(presence.Snapshot()));
                reads.Charge(connection.ReadOwner, _snapshot.Length);
            }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        presence.Changed += Send;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        presence.Changed -= Send;
        return Task.CompletedTask;
    }

    private void Send(PresenceFrame frame)
    {
        lock (_gate)
        {
            _snapshot = null;
            lobby.Send(frame);
        }
    }
}
