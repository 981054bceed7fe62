using System.Diagnostics;
using Im.Core;
using Im.Core.Kinds;
using Im.Core.Limits;
using Im.Core.Messages;
using Im.Core.Nodes;
using Im.Core.Posting;
using Im.Protocol;
using Im.Realtime.Connections;
using Im.Realtime.Delivery;

namespace Im.Realtime.Messages;

/// <summary>
/// Takes an event: has its kind check it, gives it to the store, and once it is committed acknowledges and publishes it. Posts of one connection enter the store in the
/// order in which they came, without waiting for one another; at most <see cref="ClientConnection.MaxSendsInFlight"/> at a time, then its frames wait.
/// </summary>
internal sealed class PostHandler(
    NodeIdentity node, ConversationResolver resolver, PostRules rules, IEventStore store, EventPublisher publisher, Lobby lobby, UserRoutes routes, RoomRoutes rooms, Ways ways, NewConversations beginnings, TimeProvider time)
{
    /// <summary>A text of version 1.</summary>
    /// <exception cref="FrameRefusedException">Before the store has seen it.</exception>
    public Task HandleAsync(ClientConnection connection, SendFrame frame, Func<Exception, ErrorFrame> toError, Action stored)
    {
        CheckSender(connection, frame.Id);
        if (frame.Text.Length > ProtocolLimits.MaxTextCharsOne)
            throw new FrameRefusedException(ErrorCodes.TextTooLong, $"The text is longer than {ProtocolLimits.MaxTextCharsOne} UTF-16 code units.");
        return HandleAsync(connection, new PostFrame { Id = frame.Id, Conversation = frame.Conversation, User = frame.User, Kind = EventKinds.Text.Name, Content = EventKinds.Text.ContentOf(frame.Text) }, toError, stored);
    }

    /// <exception cref="FrameRefusedException">Before the store has seen it.</exception>
    public async Task HandleAsync(ClientConnection connection, PostFrame frame, Func<Exception, ErrorFrame> toError, Action stored)
    {
        var acceptedAt = time.GetUtcNow();
        var user = CheckSender(connection, frame.Id);
        var (post, bad) = PostRules.Check(user, frame.Kind, frame.Target, frame.Content);
        if (post is null)
            throw new FrameRefusedException(bad!.Code, bad.Message);
        var span = ImTelemetry.Source.StartActivity(frame.Conversation is { IsLobby: true } ? "send lobby" : frame.Conversation is { IsRoom: true } ? "send room" : "send direct", ActivityKind.Server);
        try
        {
            var target = await resolver.ResolveAsync(user, frame, mayBeNobody: true, mayHaveLeft: true, hasRooms: connection.Version > 1);
            Describe(span, connection, frame, target);
            var (added, refusal) = await rules.CheckAsync(post, target.Conversation, target.Peer, frame.Id!, acceptedAt.ToUnixTimeMilliseconds(), node.Name, target.Room);
            if (added is null)
                throw new FrameRefusedException(connection.Version == 1 && refusal!.Code == ErrorCodes.Forbidden ? ErrorCodes.NotFound : refusal!.Code, refusal.Message);
            if (target.Peer is { } peer && frame.User is not null && await beginnings.BeginAsync(user.Id, peer) is { } wait)
                throw new FrameRefusedException(ErrorCodes.SlowDown, "Too many new conversations.") { RetryAfterMs = (int)Math.Min(Math.Ceiling(wait.TotalMilliseconds), int.MaxValue) };
            await connection.SendSlots.WaitAsync();
            var append = store.AppendAsync(added);
            _ = CompleteAsync(connection, frame, append, acceptedAt.ToUnixMicroseconds(), span, toError, stored);
        }
        catch (Exception e)
        {
            Fail(span, e);
            throw;
        }
    }

    // A post ends with an ack or with an error, whatever happens.
    private async Task CompleteAsync(
        ClientConnection connection, PostFrame frame, Task<AppendResult> append, long acceptedAtMicros, Activity? span, Func<Exception, ErrorFrame> toError, Action stored)
    {
        try
        {
            var (committed, duplicate) = await append;
            stored();
            var isFirst = connection.Version == 1;
            connection.Send(new AckFrame(committed.Conversation, isFirst ? committed.Line!.Value : committed.Seq)
            {
                Id = frame.Id,
                Line = isFirst ? null : committed.Line,
                At = committed.At,
                Duplicate = duplicate ? true : null,
            });
            span?.SetTag("im.seq", committed.Seq);
            if (!duplicate)
                ways.Stored(committed, acceptedAtMicros, span);
            // A duplicate too: its first publish may have died with its node. Receivers drop a sequence they have.
            await publisher.PublishAsync(committed, duplicate ? committed.At * 1000 : acceptedAtMicros, own: DeliverHere);
            if (!duplicate)
                ways.Published(committed, acceptedAtMicros);
            span?.Dispose();
        }
        catch (Exception e)
        {
            Fail(span, e);
            connection.Send(toError(e));
        }
        finally
        {
            connection.SendSlots.Release();
        }
    }

    private void DeliverHere(Guid? user, Core.Bus.BusEnvelope envelope)
    {
        if (user is { } receiver)
            routes.Accept(receiver, envelope);
        else if (envelope.Conversation.IsLobby)
            lobby.Accept(envelope);
        else
            rooms.Accept(envelope);
    }

    private static UserInfo CheckSender(ClientConnection connection, string? id)
    {
        var user = connection.User ?? throw ConversationResolver.NotLoggedIn();
        if (id is null)
            throw new FrameRefusedException(ErrorCodes.BadFrame, "\"id\" is missing: the client's id of it, the same for each retry.");
        if (id.Contains('\0'))
            throw new FrameRefusedException(ErrorCodes.TextInvalid, "U+0000 cannot be stored.");
        return user;
    }

    private void Describe(Activity? span, ClientConnection connection, PostFrame frame, Target target)
    {
        if (span is null)
            return;
        span.SetTag("messaging.system", "im");
        span.SetTag("messaging.operation.name", "send");
        span.SetTag("messaging.operation.type", "send");
        span.SetTag("messaging.destination.name", target.Conversation.ToString());
        span.SetTag("messaging.message.id", Printable(frame.Id!));
        span.SetTag("messaging.message.body.size", frame.Content.Utf8.Length);
        span.SetTag("im.node", node.Name);
        span.SetTag("im.connection", connection.Id);
        span.SetTag("im.event.kind", frame.Kind);
    }

    // A client's word goes into no span but as printable ASCII: whoever reads traces, or keeps them, is shown nothing that is not what it seems.
    internal static string Printable(string id) => string.Create(id.Length, id, static (ascii, id) =>
    {
        for (var i = 0; i < id.Length; i++)
            ascii[i] = id[i] is >= ' ' and <= '~' ? id[i] : '?';
    });

    private static void Fail(Activity? span, Exception exception)
    {
        span?.SetStatus(ActivityStatusCode.Error, exception is FrameRefusedException refused ? refused.Code : exception.GetType().Name);
        span?.Dispose();
    }
}
