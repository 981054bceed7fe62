using System.Net.WebSockets;
using System.Text;
using Im.Core.Rounds;
using Im.Protocol;
using Im.Realtime.Connections;

namespace Im.Tests.Realtime;

public sealed class OutboxTests
{
    [Fact]
    public async Task Frames_arrive_in_the_order_in_which_they_were_queued_by_many_threads()
    {
        var sockets = new SocketPair();
        var outbox = sockets.NewOutbox();
        var writing = Task.Run(() =>
        {
            for (var i = 0; i < 500; i++)
                outbox.Enqueue(ProtocolJson.Write(new PongFrame(i)));
        });
        for (var i = 0; i < 500; i++)
            Assert.Equal(i, Assert.IsType<PongFrame>(await sockets.ReadFrameAsync()).Time);
        await writing;
    }

    [Fact]
    public async Task Frames_that_wait_together_go_out_with_one_write()
    {
        var sockets = new SocketPair(pauseBytes: 1024);
        var outbox = sockets.NewOutbox();
        outbox.Enqueue(new byte[4096]); // more than the transport takes: the rest waits until the client reads
        await sockets.ServerWrites;
        for (var i = 0; i < 200; i++)
            outbox.Enqueue(ProtocolJson.Write(new PongFrame(i)));
        Assert.Equal(1, sockets.Writes);
        await sockets.ReadRawAsync();
        for (var i = 0; i < 200; i++)
            Assert.Equal(i, Assert.IsType<PongFrame>(await sockets.ReadFrameAsync()).Time);
        Assert.InRange(sockets.Writes, 2, 3);
    }

    [Fact]
    public async Task What_a_round_brings_to_a_connection_goes_out_with_one_write_at_its_end()
    {
        SocketPair one = new(), two = new();
        Outbox[] outboxes = [one.NewOutbox(), two.NewOutbox()];
        Round.Run(outboxes, outboxes =>
        {
            for (var i = 0; i < 100; i++)
                foreach (var outbox in outboxes)
                    outbox.Enqueue(ProtocolJson.Write(new PongFrame(i)), atOnce: true);
            Assert.Equal((0, 0), (one.Writes, two.Writes));
        });
        foreach (var sockets in (SocketPair[])[one, two])
        {
            for (var i = 0; i < 100; i++)
                Assert.Equal(i, Assert.IsType<PongFrame>(await sockets.ReadFrameAsync()).Time);
            Assert.Equal(1, sockets.Writes);
        }
        outboxes[0].Enqueue(ProtocolJson.Write(new PongFrame(100)), atOnce: true);
        Assert.Equal(2, one.Writes);
    }

    [Fact]
    public async Task What_is_more_than_one_write_takes_arrives_all_the_same()
    {
        var sockets = new SocketPair();
        var outbox = sockets.NewOutbox();
        var sizes = new[] { 10, 70_000, 3_000, 64_000, 5, 200_000, 1 };
        foreach (var size in sizes)
            outbox.Enqueue(ProtocolJson.Write(new ErrorFrame("x", new string('x', size))));
        foreach (var size in sizes)
            Assert.Equal(size, Assert.IsType<ErrorFrame>(await sockets.ReadFrameAsync()).Message.Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(125)]
    [InlineData(126)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    public async Task A_frame_says_its_length_in_each_of_the_three_ways(int length)
    {
        var sockets = new SocketPair(pauseBytes: 1024 * 1024);
        var outbox = sockets.NewOutbox();
        outbox.Enqueue(Encoding.UTF8.GetBytes(new string('x', length)));
        outbox.Enqueue(ProtocolJson.Write(new PongFrame(1)));
        Assert.Equal(length, (await sockets.ReadRawAsync())!.Value.Length);
        Assert.IsType<PongFrame>(await sockets.ReadFrameAsync());
    }

    [Fact]
    public async Task After_the_close_frame_that_answers_a_broken_one_nothing_is_written()
    {
        var sockets = new SocketPair();
        var outbox = sockets.NewOutbox();
        await sockets.Client.SendAsync(new byte[] { 0xff }, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None); // no UTF-8
        await Assert.ThrowsAsync<WebSocketException>(() => sockets.Server.ReceiveAsync(new byte[16], CancellationToken.None));
        outbox.Enqueue(ProtocolJson.Write(new PongFrame(1)));
        await outbox.Closed.WaitAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(1, sockets.Writes);
        Assert.Null(await sockets.ReadFrameAsync());
        Assert.Equal(WebSocketCloseStatus.InvalidPayloadData, sockets.Client.CloseStatus);
    }

    [Fact]
    public async Task What_waits_is_written_before_the_close_frame()
    {
        var sockets = new SocketPair();
        var outbox = sockets.NewOutbox();
        outbox.Enqueue(ProtocolJson.Write(new PongFrame(1)));
        outbox.Close(CloseCodes.ServiceRestart, "service restart");
        outbox.Enqueue(ProtocolJson.Write(new PongFrame(2)));
        Assert.IsType<PongFrame>(await sockets.ReadFrameAsync());
        Assert.Null(await sockets.ReadFrameAsync());
        Assert.Equal(CloseCodes.ServiceRestart, (int)sockets.Client.CloseStatus!);
        await outbox.Closed.WaitAsync(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_client_that_reads_nothing_is_closed_when_too_many_frames_wait_and_learns_why_when_it_reads_again()
    {
        var sockets = new SocketPair(pauseBytes: 1024);
        var outbox = await NewStuckOutboxAsync(sockets);
        for (var i = 0; i < ProtocolLimits.MaxOutboxFrames * 2; i++)
            outbox.Enqueue(ProtocolJson.Write(new PongFrame(i)));
        Assert.Equal(CloseCodes.SlowConsumer, outbox.CloseCode);
        while (await sockets.ReadFrameAsync() is not null)
        {
        }
        Assert.Equal(CloseCodes.SlowConsumer, (int)sockets.Client.CloseStatus!);
    }

    [Fact]
    public async Task A_client_that_never_reads_again_is_cut_off()
    {
        var sockets = new SocketPair(pauseBytes: 1024);
        var outbox = sockets.NewOutbox();
        outbox.Enqueue(new byte[4096]);
        await sockets.ServerWrites;
        for (var i = 0; i < ProtocolLimits.MaxOutboxFrames * 2; i++)
            outbox.Enqueue(ProtocolJson.Write(new PongFrame(i)));
        await outbox.Closed.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(WebSocketState.Aborted, sockets.Server.State);
    }

    [Fact]
    public async Task A_client_that_goes_on_after_the_close_frame_is_cut_off()
    {
        var sockets = new SocketPair();
        var outbox = sockets.NewOutbox();
        outbox.Close(CloseCodes.SessionEnded, "signed out");
        Assert.Null(await sockets.ReadFrameAsync());
        using var reader = new SocketReader(sockets.Server, ProtocolLimits.MaxFrameBytes);
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            for (var i = 0; i < 100; i++)
            {
                await sockets.Client.SendAsync("x"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
                await reader.ReadAsync();
                await Task.Delay(100);
            }
        });
        Assert.Equal(WebSocketState.Aborted, sockets.Server.State);
    }

    [Fact]
    public void What_waits_is_bounded_in_bytes_too()
    {
        var outbox = new SocketPair(pauseBytes: 1024).NewOutbox();
        var large = Encoding.UTF8.GetBytes($"\"{new string('x', 300_000)}\"");
        for (var i = 0; i < 5; i++)
            outbox.Enqueue(large);
        Assert.Equal(CloseCodes.SlowConsumer, outbox.CloseCode);
    }

    [Fact]
    public async Task A_droppable_frame_gives_way_when_half_the_bound_waits()
    {
        var sockets = new SocketPair(pauseBytes: 1024);
        var outbox = await NewStuckOutboxAsync(sockets);
        for (var i = 0; i < ProtocolLimits.MaxOutboxFrames; i++)
            outbox.Enqueue(ProtocolJson.Write(new PongFrame(i)), droppable: true);
        Assert.Null(outbox.CloseCode);
        outbox.Close(1000, "");
        var received = 0;
        while (await sockets.ReadFrameAsync() is not null)
            received++;
        Assert.Equal(1 + (ProtocolLimits.MaxOutboxFrames / 2), received);
    }

    // What comes next waits, all of it: a frame larger than the transport takes is under way.
    private static async Task<Outbox> NewStuckOutboxAsync(SocketPair sockets)
    {
        var outbox = sockets.NewOutbox();
        outbox.Enqueue(ProtocolJson.Write(new ErrorFrame("x", new string('x', 4096))));
        await sockets.ServerWrites;
        return outbox;
    }
}
