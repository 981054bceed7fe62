using System.Buffers;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Im.Protocol;

namespace Im.Client;

/// <summary>
/// One WebSocket that speaks the protocol's frames and does nothing by itself: no reconnect, no ping, no retry. For tests and load; programs use <see cref="Chat.ImClient"/>.
/// One reader at a time; any number of senders.
/// </summary>
public sealed class RawConnection : IAsyncDisposable
{
    /// <summary>Largest frame taken from a node: a full page of the longest messages is well below.</summary>
    public const int MaxReceivedFrameBytes = 16 * 1024 * 1024;

    private readonly ClientWebSocket _socket;
    private readonly SemaphoreSlim _sending = new(1);
    private readonly ArrayBufferWriter<byte> _received = new(4096);

    private RawConnection(ClientWebSocket socket, int version) => (_socket, Version) = (socket, version);

    /// <summary>The version of the protocol that was asked for.</summary>
    public int Version { get; }

    /// <summary>How the connection ended: the other side's close code, 1006 when it ended without one, null while it is open.</summary>
    public int? CloseCode { get; private set; }

    public string? CloseReason { get; private set; }

    /// <summary>The WebSocket address of a page's or node's HTTP address.</summary>
    public static Uri AddressOf(Uri http, string? node = null) => new UriBuilder(http)
    {
        Scheme = http.Scheme is "https" or "wss" ? "wss" : "ws",
        Path = "/ws",
        Query = node is null ? "" : $"node={Uri.EscapeDataString(node)}",
    }.Uri;

    /// <summary>Opens the WebSocket; <c>hello</c> is not read yet.</summary>
    /// <param name="cookie">The value of the <c>Cookie</c> header; null for a guest without a session.</param>
    /// <param name="version">Of the protocol, 1 or 2: which frames may be sent and what is received.</param>
    /// <exception cref="ImException">Not answered or refused (then with <see cref="ImException.StatusCode"/>): <see cref="ImCodes.Disconnected"/>.</exception>
    public static async Task<RawConnection> OpenAsync(
        Uri address, string? cookie = null, Action<ClientWebSocketOptions>? configure = null, int version = ProtocolLimits.Version, CancellationToken cancellationToken = default)
    {
        var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = TimeSpan.Zero; // the protocol has its own ping
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.AddSubProtocol(version == 1 ? ProtocolLimits.SubProtocolOne : ProtocolLimits.SubProtocol);
        if (!string.IsNullOrEmpty(cookie))
            socket.Options.SetRequestHeader("Cookie", cookie);
        configure?.Invoke(socket.Options);
        try
        {
            await socket.ConnectAsync(address, cancellationToken);
            return new(socket, version);
        }
        catch (Exception e)
        {
            var status = (int)socket.HttpStatusCode;
            socket.Dispose();
            if (e is not WebSocketException)
                throw;
            throw new ImException(ImCodes.Disconnected, status == 0 ? $"{address} does not answer." : $"{address} answered {status}.", e) { StatusCode = status == 0 ? null : status };
        }
    }

    public Task SendAsync(ClientFrame frame) => SendBytesAsync(ProtocolJson.Write(frame));

    public Task SendTextAsync(string text) => SendBytesAsync(Encoding.UTF8.GetBytes(text));

    /// <exception cref="ImException"><see cref="ImCodes.Disconnected"/>: it is unknown what arrived.</exception>
    public async Task SendBytesAsync(ReadOnlyMemory<byte> bytes, WebSocketMessageType type = WebSocketMessageType.Text, bool endOfMessage = true)
    {
        await _sending.WaitAsync();
        try
        {
            await _socket.SendAsync(bytes, type, endOfMessage, CancellationToken.None);
        }
        catch (Exception e) when (IsSocketEnd(e))
        {
            throw new ImException(ImCodes.Disconnected, "The connection was lost.", e);
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>The next frame of a type this version knows, or null when the connection has ended. Cancelling ends the connection.</summary>
    /// <exception cref="JsonException">What came is no frame; the connection is still open.</exception>
    public async Task<ServerFrame?> ReceiveAsync(CancellationToken cancellationToken = default)
    {
        while (await ReceiveBytesAsync(cancellationToken) is { } bytes)
            if (ServerFrameReader.Read(bytes.Span, Version) is { } frame)
                return frame;
        return null;
    }

    /// <summary>The next message's bytes, valid until the next call, or null when the connection has ended. Cancelling ends the connection.</summary>
    public async Task<ReadOnlyMemory<byte>?> ReceiveBytesAsync(CancellationToken cancellationToken = default)
    {
        _received.ResetWrittenCount();
        try
        {
            while (CloseCode is null)
            {
                var part = await _socket.ReceiveAsync(_received.GetMemory(4096), cancellationToken);
                _received.Advance(part.Count);
                if (part.MessageType == WebSocketMessageType.Close)
                    await EndAsync();
                else if (_received.WrittenCount > MaxReceivedFrameBytes)
                    Abort();
                else if (part.EndOfMessage)
                    return _received.WrittenMemory;
            }
        }
        catch (Exception e) when (IsSocketEnd(e) && !cancellationToken.IsCancellationRequested)
        {
            CloseCode ??= 1006;
        }
        return null;
    }

    /// <summary>Sends a close frame; the reader gets null when the other side has answered it.</summary>
    public async Task CloseAsync(int code = 1000, string? reason = null)
    {
        await _sending.WaitAsync();
        try
        {
            if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await _socket.CloseOutputAsync((WebSocketCloseStatus)code, reason, CancellationToken.None);
        }
        catch (Exception e) when (IsSocketEnd(e))
        {
            CloseCode ??= 1006; // it was lost meanwhile, which is as closed
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>Cuts the connection without a word, as a dying process or network does.</summary>
    public void Abort()
    {
        CloseCode ??= 1006;
        _socket.Abort();
    }

    public ValueTask DisposeAsync()
    {
        CloseCode ??= 1006;
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task EndAsync()
    {
        (CloseCode, CloseReason) = ((int?)_socket.CloseStatus ?? 1005, _socket.CloseStatusDescription);
        await CloseAsync();
    }

    // An aborted socket may say so in any of these ways, cancellation included.
    private static bool IsSocketEnd(Exception e) => e is WebSocketException or IOException or InvalidOperationException or OperationCanceledException;
}
