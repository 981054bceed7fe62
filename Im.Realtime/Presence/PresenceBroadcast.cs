using Im.Core.Presence;
using Im.Protocol;
using Im.Realtime.Routing;

namespace Im.Realtime.Presence;

/// <summary>Tells every connection of this node who came and went, anywhere.</summary>
internal sealed class PresenceBroadcast(IPresence presence, Lobby lobby) : IHostedService
{
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

    private void Send(PresenceFrame frame) => lobby.Send(frame);
}
