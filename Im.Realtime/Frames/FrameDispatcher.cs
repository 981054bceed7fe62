using System.Diagnostics;
using Im.Core;
using Im.Core.Messages;
using Im.Core.Outages;
using Im.Protocol;
using Im.Realtime.Connections;
using Im.Realtime.Limits;
using Im.Realtime.Messages;
using Im.Realtime.Presence;
using Im.Realtime.Sessions;

namespace Im.Realtime.Frames;

/// <summary>Reads a frame and calls its handler, one after the other for each connection. Whatever fails becomes a coded error; a flood of bad frames closes.</summary>
internal sealed partial class FrameDispatcher(
    FrameGate gate, PostHandler post, HistoryHandler history, ConversationsHandler conversations, WayHandler way, TypingHandler typing, AuthenticateHandler authenticate, PeopleHandler people,
    TimeProvider time, ILogger<FrameDispatcher> log)
{
    // Reads may go on while nothing can be written, as on a full disk.
    private readonly OutagePace _sends = new(time), _reads = new(time);

    public async Task DispatchAsync(ClientConnection connection, ReadOnlyMemory<byte> utf8)
    {
        if (connection.Outbox.CloseCode is not null)
            return; // signed out, or closed for another reason: what still comes counts for nothing
        var (frame, error) = ClientFrameReader.Read(utf8.Span, connection.Version);
        if (frame is null)
        {
            Refuse(connection, error!);
            return;
        }
        try
        {
            await gate.EnterAsync(connection, frame, utf8.Length);
            await HandleAsync(connection, frame);
        }
        catch (Exception e)
        {
            connection.Send(ToError(connection, frame, e));
        }
    }

    /// <summary>The coded error of a failure; what has no code of its own is logged.</summary>
    public ErrorFrame ToError(ClientConnection connection, ClientFrame frame, Exception exception)
    {
        var id = frame.Id;
        switch (exception)
        {
            case FrameRefusedException refused:
                return new(refused.Code, refused.Message) { Id = id, RetryAfterMs = refused.RetryAfterMs };
            case MessageRejectedException: // a send is checked before; all that is left is that nobody is there to get it
                return new(ErrorCodes.NotFound, ConversationResolver.NotFound().Message) { Id = id };
            case StoreBusyException:
                return RefuseForUs(connection, frame, ErrorCodes.Busy, "The node's write queue is full.");
            case var _ when ServerAway.Is(exception):
                return RefuseForUs(connection, frame, ErrorCodes.Unavailable, "A server behind the node cannot be reached.");
            default:
                LogFailed(log, connection.Id, exception);
                return RefuseForUs(connection, frame, ErrorCodes.Internal, "The node failed; the reason is in its log.");
        }
    }

    private ErrorFrame RefuseForUs(ClientConnection connection, ClientFrame frame, string code, string message)
    {
        var isPost = frame is PostFrame or SendFrame;
        if (isPost && connection.User is { } user)
            gate.GiveBack(user.Id);
        return new(code, message) { Id = frame.Id, RetryAfterMs = (isPost ? _sends : _reads).RetryAfterMs() };
    }

    private Task HandleAsync(ClientConnection connection, ClientFrame frame)
    {
        switch (frame)
        {
            case PostFrame f:
                return post.HandleAsync(connection, f, e => ToError(connection, f, e), _sends.Succeeded);
            case SendFrame f:
                return post.HandleAsync(connection, f, e => ToError(connection, f, e), _sends.Succeeded);
            case LinesRequest f:
                return TraceAsync("lines", () => history.ReadLinesAsync(connection, f));
            case EventsRequest f:
                return TraceAsync("events", () => history.ReadEventsAsync(connection, f));
            case HistoryRequest f:
                return TraceAsync("history", () => history.ReadMessagesAsync(connection, f));
            case ConversationsRequest f:
                return TraceAsync("conversations", () => conversations.ListAsync(connection, f));
            case PeopleRequest f:
                people.List(connection, f);
                return Task.CompletedTask;
            case ReadRequest f:
                return TraceAsync("read", () => conversations.MarkReadAsync(connection, f, f.Seq));
            case ReadLineRequest f:
                return TraceAsync("read", () => conversations.MarkReadAsync(connection, f, f.Line, f.Known ?? 0));
            case UnreadRequest f:
                return TraceAsync("unread", () => conversations.MarkUnreadAsync(connection, f));
            case WayRequest f:
                return way.AskAsync(connection, f);
            case TypingRequest f:
                return typing.HandleAsync(connection, f);
            case AuthenticateRequest f:
                return TraceAsync("authenticate", () => authenticate.HandleAsync(connection, f));
            case PingFrame:
                connection.Send(new PongFrame(time.GetUtcNow().ToUnixTimeMilliseconds()) { Id = frame.Id });
                return Task.CompletedTask;
            default:
                throw new NotSupportedException($"Nobody handles a {frame.GetType().Name}.");
        }
    }

    // A request that asks the servers is a trace with a name of its own; a send names its own.
    private async Task TraceAsync(string name, Func<Task> handle)
    {
        using var span = ImTelemetry.Source.StartActivity(name, ActivityKind.Server);
        await handle();
        _reads.Succeeded();
    }

    private void Refuse(ClientConnection connection, ErrorFrame error)
    {
        connection.Send(error);
        if (connection.CountBadFrame(time.GetUtcNow()) > ProtocolLimits.MaxBadFramesPerMinute)
            connection.Outbox.Close(CloseCodes.TooManyBadFrames, "too many bad frames");
    }

    [LoggerMessage(301, LogLevel.Error, "A frame of connection {Connection} failed unexpectedly.")]
    private static partial void LogFailed(ILogger logger, string connection, Exception exception);
}
