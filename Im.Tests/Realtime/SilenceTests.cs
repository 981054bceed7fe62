using System.Net.WebSockets;
using Im.Protocol;
using Im.Realtime.Connections;
using Im.Tests.Fixtures;

namespace Im.Tests.Realtime;

/// <summary>A client that says nothing is asked, by a WebSocket ping, and one that does not answer is given up.</summary>
public sealed class SilenceTests
{
    [Fact]
    public async Task A_silent_client_that_answers_the_ping_stays()
    {
        var sockets = new SocketPair();
        var outbox = sockets.NewOutbox();
        using var reader = new SocketReader(sockets.Server, ProtocolLimits.MaxFrameBytes);
        var reading = reader.ReadAsync().AsTask();
        var listening = sockets.ReadFrameAsync(); // its WebSocket answers by itself
        for (var ask = 0; ask < 3; ask++)
        {
            var reads = sockets.Reads;
            for (var round = 0; round < SilenceWatch.PingAfter; round++)
                outbox.CountSilence();
            await Eventually.TrueAsync(() => sockets.Reads >= reads + 2); // it has read the pong and waits for more
        }
        outbox.Enqueue(ProtocolJson.Write(new PongFrame(1)));
        Assert.IsType<PongFrame>(await listening);
        Assert.False(reading.IsCompleted);
    }

    [Fact]
    public async Task One_that_does_not_is_given_up()
    {
        var sockets = new SocketPair();
        var outbox = sockets.NewOutbox();
        using var reader = new SocketReader(sockets.Server, ProtocolLimits.MaxFrameBytes);
        var reading = reader.ReadAsync().AsTask();
        for (var round = 1; round < SilenceWatch.GoneAfter; round++)
            outbox.CountSilence();
        Assert.Equal(WebSocketState.Open, sockets.Server.State);
        outbox.CountSilence();
        Assert.Equal(WebSocketState.Aborted, sockets.Server.State);
        await Assert.ThrowsAnyAsync<Exception>(() => reading);
    }

    [Fact]
    public async Task One_that_speaks_and_takes_nothing_is_given_up_too()
    {
        var sockets = new SocketPair(pauseBytes: 1024);
        var outbox = sockets.NewOutbox();
        outbox.Enqueue(new byte[4096]);
        await sockets.ServerWrites;
        using var reader = new SocketReader(sockets.Server, ProtocolLimits.MaxFrameBytes);
        for (var round = 1; round < SilenceWatch.GoneAfter; round++)
        {
            await sockets.Client.SendAsync("x"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
            await reader.ReadAsync();
            outbox.CountSilence();
        }
        Assert.Equal(WebSocketState.Open, sockets.Server.State);
        outbox.CountSilence();
        Assert.Equal(WebSocketState.Aborted, sockets.Server.State);
    }
}
