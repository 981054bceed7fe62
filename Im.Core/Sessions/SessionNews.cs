using System.Diagnostics;
using System.Text.Json;
using Im.Core.Bus;
using Im.Core.Nodes;
using Microsoft.Extensions.Logging;

namespace Im.Core.Sessions;

/// <summary>Tells the nodes what happened to a session.</summary>
internal sealed partial class SessionNews(IBus bus, ILogger<SessionNews> logger, NodeIdentity? node = null)
{
    /// <summary>The change is made, whatever becomes of the news: a node looks all its sessions up again, soon and when the bus is back (<see cref="ISessionManager.CheckAsync"/>).</summary>
    public async Task PublishAsync(SessionChange change)
    {
        try
        {
            var payload = JsonSerializer.SerializeToUtf8Bytes(change, SessionJson.Default.SessionChange);
            await bus.PublishAsync(BusTopic.Sessions, new(BusKind.Session, node?.Name ?? "", payload) { Trace = Activity.Current?.Context ?? default });
        }
        catch (BusUnavailableException exception)
        {
            LogUntold(change.Kind, change.SessionId, exception);
        }
    }

    [LoggerMessage(3000, LogLevel.Warning, "Session {SessionId} is {Kind}, but its sockets could not be told")]
    private partial void LogUntold(SessionChangeKind kind, string sessionId, Exception exception);
}
