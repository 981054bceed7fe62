using System.IO.Pipelines;
using System.Net.WebSockets;
using System.Text.Json;
using Im.Protocol;
using Im.Realtime.Connections;

namespace Im.Tests.Realtime;

/// <summary>Two ends of one real WebSocket over memory: <see cref="Server"/> for the code under test, the other for the test.</summary>
internal sealed class SocketPair
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly DuplexStream _toClient;

    public SocketPair(long pauseBytes = 64 * 1024)
    {
        var options = new PipeOptions(pauseWriterThreshold: pauseBytes, resumeWriterThreshold: pauseBytes / 2);
        Pipe toClient = new(options), toServer = new(options);
        _toClient = new DuplexStream(toServer.Reader, toClient.Writer);
        Stream = new(_toClient, socket: null, _toClient.Dispose);
        Server = WebSocket.CreateFromStream(Stream, new WebSocketCreationOptions { IsServer = true });
        Client = WebSocket.CreateFromStream(new DuplexStream(toClient.Reader, toServer.Writer), new WebSocketCreationOptions { IsServer = false });
    }

    /// <summary>Completes when the server has begun to write to a client that may not read.</summary>
    public Task ServerWrites => _toClient.Began;

    /// <summary>How often the server has written to its transport.</summary>
    public int Writes => _toClient.Writes;

    /// <summary>How often the server has begun to read from its transport.</summary>
    public int Reads => _toClient.Reads;

    /// <summary>What is between the server's WebSocket and its transport.</summary>
    public ClientStream Stream { get; }

    public WebSocket Server { get; }
    public WebSocket Client { get; }

    public Outbox NewOutbox() => new(Server, Stream, new OutboxWriter(), TimeProvider.System);

    /// <summary>The next frame the server sent; null when it closed.</summary>
    public async Task<ServerFrame?> ReadFrameAsync() =>
        await ReadRawAsync() is { } frame ? JsonSerializer.Deserialize(frame.Span, ProtocolJson.Default.ServerFrame) : null;

    public async Task<ReadOnlyMemory<byte>?> ReadRawAsync()
    {
        using var timeout = new CancellationTokenSource(Patience);
        var buffer = new byte[256 * 1024];
        var length = 0;
        while (true)
        {
            var result = await Client.ReceiveAsync(buffer.AsMemory(length), timeout.Token);
            if (result.MessageType == WebSocketMessageType.Close)
                return null;
            length += result.Count;
            if (result.EndOfMessage)
                return buffer.AsMemory(0, length);
        }
    }

    public async Task<List<long>> ReadSequencesAsync(int count)
    {
        var sequences = new List<long>();
        while (sequences.Count < count)
            sequences.Add(Assert.IsType<EventFrame>(await ReadFrameAsync()).Seq);
        return sequences;
    }

    private sealed class DuplexStream(PipeReader reader, PipeWriter output) : Stream
    {
        private readonly Stream _input = reader.AsStream();
        private readonly TaskCompletionSource _began = new();

        public Task Began => _began.Task;

        public int Writes { get; private set; }

        public int Reads { get; private set; }

        public override bool CanRead => true;
        public override bool CanWrite => true;
        public override bool CanSeek => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Reads++;
            return _input.ReadAsync(buffer, cancellationToken);
        }
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Writes++;
            _began.TrySetResult();
            if ((await output.WriteAsync(buffer, cancellationToken)).IsCanceled)
                throw new OperationCanceledException("The socket was aborted.");
        }
        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public override int Read(byte[] buffer, int offset, int count) => _input.Read(buffer, offset, count);
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override void Flush()
        {
        }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            reader.CancelPendingRead(); // as a network stream: who waits for the peer waits no longer
            output.CancelPendingFlush();
            output.Complete();
        }
    }
}
