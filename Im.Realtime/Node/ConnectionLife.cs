using System.Buffers.Text;
using System.Diagnostics;
using System.Net.WebSockets;
using System.Security.Cryptography;
using Im.Core.Bus;
using Im.Core.Data;
using Im.Core.Limits;
using Im.Core.Nodes;
using Im.Core.Sessions;
using Im.Protocol;
using Im.Realtime.Connections;
using Im.Realtime.Delivery;
using Im.Realtime.Frames;
using Im.Realtime.Presence;
using Im.Realtime.Sessions;
using Im.ServiceDefaults.Connections;
using Microsoft.Extensions.Options;

namespace Im.Realtime.Node;

/// <summary>One connection's life, top to bottom: hello, subscribe, ready, frames, goodbye.</summary>
internal sealed partial class ConnectionLife(
    NodeIdentity node, StoreEpoch epoch, INodeLease lease, ConnectionTable connections, OutboxWriters writers, Lobby lobby, SessionBinding binding, PresenceBroadcast broadcast, FrameDispatcher dispatcher,
    IOptions<LimitOptions> options, TimeProvider time, ILogger<ConnectionLife> log)
{
    private static readonly LimitsInfo Limits = new(
        ProtocolLimits.MaxFrameBytes, ProtocolLimits.MaxTextChars, ProtocolLimits.MaxPageMessages, ProtocolLimits.MaxIdChars,
        ProtocolLimits.MaxOutboxFrames, ProtocolLimits.MaxOutboxBytes);

    private static readonly LimitsInfo LimitsOne = Limits with { FrameBytes = ProtocolLimits.MaxFrameBytesOne, TextChars = ProtocolLimits.MaxTextCharsOne };

    /// <summary>How long the peer may take to answer our close frame.</summary>
    private static readonly TimeSpan CloseWithin = TimeSpan.FromSeconds(3);

    public async Task RunAsync(WebSocket socket, ClientStream stream, string? sessionId, UserInfo? user, SocketPlace place, int version, WidgetGrant? widget = null)
    {
        Activity.Current = null; // a message is a trace of its own, not part of the request that opened the socket
        var connection = new ClientConnection(NewId(), sessionId, null, new Outbox(socket, stream, writers.Next(), time), place, version) { Widget = widget };
        stream.Watch(connection.Outbox, options.Value.ControlFrames, time);
        var told = epoch.Current;
        connection.Send(new HelloFrame(node.Name, connection.Id, sessionId, user, time.GetUtcNow().ToUnixTimeMilliseconds(), version == 1 ? LimitsOne : Limits)
        {
            Protocol = version,
            Epoch = version == 1 ? null : told,
        });
        connections.Add(connection);
        lease.Connections = connections.Count;
        if (epoch.Current != told)
            connection.Outbox.Close(CloseCodes.ServiceRestart, "the store is another one"); // it came too late to be among those that were closed
        try
        {
            await binding.BindAsync(connection, sessionId, user);
            lobby.Add(connection);
            connection.Send(Ready(version));
            if (widget is null)
                broadcast.SendSnapshot(connection);
            await ReceiveAsync(connection, socket);
        }
        catch (BusUnavailableException)
        {
            connection.Outbox.Close((int)WebSocketCloseStatus.EndpointUnavailable, "bus unavailable, try again");
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            // The peer is gone, or sent what is not WebSocket or not UTF-8; the socket has answered that by itself.
        }
        catch (Exception e)
        {
            LogFailed(log, connection.Id, e);
            connection.Outbox.Close((int)WebSocketCloseStatus.InternalServerError, "internal error");
        }
        finally
        {
            lobby.Remove(connection);
            connections.Remove(connection);
            lease.Connections = connections.Count;
            await binding.UnbindAsync(connection);
        }
        await FinishAsync(connection, socket);
    }

    private ReadyFrame Ready(int version)
    {
        var head = lobby.Head;
        return new(version == 1 ? new(head.LastLine) : new(head.LastSeq, head.LastLine));
    }

    private async Task ReceiveAsync(ClientConnection connection, WebSocket socket)
    {
        using var reader = new SocketReader(socket, connection.Version == 1 ? ProtocolLimits.MaxFrameBytesOne : ProtocolLimits.MaxFrameBytes);
        var burst = new Burst(connection, reader, dispatcher);
        while (true)
        {
            var (frame, closeCode) = await burst.Reading;
            if (closeCode is { } code)
            {
                connection.Outbox.Close(code, "");
                return;
            }
            await burst.HandleAsync(frame);
        }
    }

    // Writes what waits and the close frame, then lets the peer answer: a socket torn down earlier would lose the last frames.
    private async Task FinishAsync(ClientConnection connection, WebSocket socket)
    {
        connection.Outbox.Close((int)WebSocketCloseStatus.NormalClosure, "");
        await connection.Outbox.Closed;
        using var timeout = new CancellationTokenSource(CloseWithin, time);
        try
        {
            var buffer = new byte[1024];
            while (socket.State == WebSocketState.CloseSent)
                await socket.ReceiveAsync(buffer, timeout.Token);
        }
        catch (OperationCanceledException)
        {
            socket.Abort(); // it does not answer
        }
        catch (Exception e) when (e is WebSocketException or IOException)
        {
            // It is gone, or goes on sending what is not WebSocket.
        }
        connection.Outbox.Release();
    }

    private static string NewId() => $"c-{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(12))}";

    [LoggerMessage(201, LogLevel.Error, "Connection {Connection} ended by an unexpected error.")]
    private static partial void LogFailed(ILogger logger, string connection, Exception exception);
}
