using Im.Protocol;

namespace Im.Realtime.Connections;

/// <summary>
/// Pings clients from which nothing came for <see cref="ProtocolLimits.SocketPingSeconds"/>, and ends connections that do not answer within <see cref="ProtocolLimits.SocketPongSeconds"/>.
/// One timer for all of them: the WebSocket's own keep-alive has one for each, four times as often, which is most of what an idle connection costs.
/// </summary>
/// <remarks>It counts its rounds and reads no clock: a node that was stopped for a while has not waited for anybody meanwhile.</remarks>
internal sealed class SilenceWatch(ConnectionTable connections, TimeProvider time) : BackgroundService
{
    private const int IntervalSeconds = 3;

    /// <summary>In rounds of silence.</summary>
    public const int PingAfter = ProtocolLimits.SocketPingSeconds / IntervalSeconds, GoneAfter = PingAfter + (ProtocolLimits.SocketPongSeconds / IntervalSeconds);

    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(IntervalSeconds);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            foreach (var connection in connections.All)
                connection.Outbox.CountSilence();
    }
}
