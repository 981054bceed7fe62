using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Im.Bench.Load;
using Im.Bench.Peers;
using Im.Bench.Scenarios;

namespace Im.Tests.Bench;

/// <summary>A benchmark that does not notice a lost message measures how fast messages are lost.</summary>
public sealed class MessageLoadTests : IDisposable
{
    private readonly TcpListener _server = new(IPAddress.Loopback, 0);
    private readonly LoadConnection _sender, _receiver;
    private readonly MessageLoad _load;
    private readonly Mark _first;

    public MessageLoadTests()
    {
        _server.Start();
        var port = ((IPEndPoint)_server.LocalEndpoint).Port;
        _sender = new(new ImCodec(ImCodec.Newest), port, null, Guid.NewGuid(), 0);
        _receiver = new(new ImCodec(ImCodec.Newest), port, null, Guid.NewGuid(), 1);
        _sender.Connect();
        using var accepted = _server.AcceptSocket();
        _load = new([Route.Lobby(_sender, receivers: 2)], connections: 2, Pace.Closed(2));
        _load.OnStart(Stopwatch.GetTimestamp());
        _first = MarkIn(accepted);
    }

    public void Dispose()
    {
        _sender.Dispose();
        _receiver.Dispose();
        _server.Dispose();
    }

    [Fact]
    public void It_ends_when_everybody_has_everything_and_the_sender_its_acknowledgements()
    {
        _load.Stop();
        foreach (var number in (uint[])[0, 1])
        {
            _load.OnAck(_sender, _first.Load, number, Stopwatch.GetTimestamp());
            _load.OnMessage(_sender, _first with { Number = number }, Stopwatch.GetTimestamp());
            Assert.False(_load.Ended.IsCompleted);
            _load.OnMessage(_receiver, _first with { Number = number }, Stopwatch.GetTimestamp());
        }
        Assert.True(_load.Ended.IsCompletedSuccessfully);
        Assert.Equal((4, 2), (_load.Deliveries, _load.Acks));
    }

    [Fact]
    public void A_message_left_out_is_an_error() =>
        Assert.Throws<LoadException>(() => _load.OnMessage(_receiver, _first with { Number = 1 }, Stopwatch.GetTimestamp()));

    [Fact]
    public void A_message_that_comes_twice_is_an_error()
    {
        _load.OnMessage(_receiver, _first, Stopwatch.GetTimestamp());
        Assert.Throws<LoadException>(() => _load.OnMessage(_receiver, _first, Stopwatch.GetTimestamp()));
    }

    [Fact]
    public void Without_its_last_delivery_it_does_not_end_and_says_what_is_missing()
    {
        _load.Stop();
        _load.OnMessage(_receiver, _first, Stopwatch.GetTimestamp());
        Assert.False(_load.Ended.IsCompleted);
        Assert.StartsWith("3 of 4 deliveries and 2 of 2 acknowledgements", _load.Missing, StringComparison.Ordinal);
    }

    [Fact]
    public void What_belongs_to_an_earlier_load_is_not_counted()
    {
        _load.OnMessage(_receiver, _first with { Load = _first.Load - 1 }, Stopwatch.GetTimestamp());
        Assert.Equal(0, _load.Deliveries);
    }

    // The frames after the request for the WebSocket.
    private static Mark MarkIn(Socket accepted)
    {
        var received = new byte[8192];
        var length = 0;
        while (true)
        {
            length += accepted.Receive(received.AsSpan(length));
            var bytes = received.AsSpan(0, length);
            if (bytes.IndexOf("\r\n\r\n"u8) is not (>= 0 and var end))
                continue;
            bytes = bytes[(end + 4)..];
            if (WebSocketFrame.TryRead(ref bytes, out _, out _, out var payload))
                return Mark.TryFind(payload, out var mark) ? mark : throw new InvalidOperationException("The first frame carries no mark.");
        }
    }
}
