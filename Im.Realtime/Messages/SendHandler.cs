using System.Diagnostics;
using Im.Core;
using Im.Core.Limits;
using Im.Core.Messages;
using Im.Core.Nodes;
using Im.Protocol;
using Im.Realtime.Connections;
using Im.Realtime.Frames;

namespace Im.Realtime.Messages;

/// <summary>
/// Takes a message: checks it, gives it to the store, and once it is committed acknowledges and publishes it. Sends of one connection enter the store in the
/// order in which they came, without waiting for one another; at most <see cref="ClientConnection.MaxSendsInFlight"/> at a time, then its frames wait.
/// </summary>
internal sealed class SendHandler(NodeIdentity node, ConversationResolver resolver, IMessageStore store, MessagePublisher publisher, NewConversations beginnings, TimeProvider time)
{
    /// <exception cref="FrameRefusedException">Before the store has seen it.</exception>
    public async Task HandleAsync(ClientConnection connection, SendFrame frame, Func<Exception, ErrorFrame> toError, Action stored)
    {
        var acceptedAt = time.GetUtcNow();
        var user = connection.User ?? throw ConversationResolver.NotLoggedIn();
        Check(frame);
        var span = ImTelemetry.Source.StartActivity(frame.Conversation is { IsLobby: true } ? "send lobby" : "send direct", ActivityKind.Server);
        try
        {
            var target = await resolver.ResolveAsync(user, frame, mayBeNobody: true);
            if (target.Peer is { } peer && frame.User is not null && await beginnings.BeginAsync(user.Id, peer) is { } wait)
                throw new FrameRefusedException(ErrorCodes.SlowDown, "Too many new conversations.") { RetryAfterMs = (int)Math.Min(Math.Ceiling(wait.TotalMilliseconds), int.MaxValue) };
            Describe(span, connection, frame, target);
            await connection.SendSlots.WaitAsync();
            var append = store.AppendAsync(new(
                target.Conversation, new(user.Id, user.Nickname), target.Peer, frame.Id!, frame.Text, acceptedAt.ToUnixTimeMilliseconds(), node.Name));
            _ = CompleteAsync(connection, frame, append, acceptedAt.ToUnixMicroseconds(), span, toError, stored);
        }
        catch (Exception e)
        {
            Fail(span, e);
            throw;
        }
    }

    // A send ends with an ack or with an error, whatever happens.
    private async Task CompleteAsync(
        ClientConnection connection, SendFrame frame, Task<AppendResult> append, long acceptedAtMicros, Activity? span, Func<Exception, ErrorFrame> toError, Action stored)
    {
        try
        {
            var (message, duplicate) = await append;
            stored();
            connection.Send(new AckFrame(message.Conversation, message.Seq) { Id = frame.Id, At = message.At, Duplicate = duplicate ? true : null });
            span?.SetTag("im.seq", message.Seq);
            // A duplicate too: its first publish may have died with its node. Receivers drop a sequence they have.
            await publisher.PublishAsync(message, duplicate ? message.At * 1000 : acceptedAtMicros);
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

    private static void Check(SendFrame frame)
    {
        if (frame.Id is null)
            throw new FrameRefusedException(ErrorCodes.BadFrame, "\"id\" is missing: the client message id, the same for each retry.");
        if (frame.Text.Length > ProtocolLimits.MaxTextChars)
            throw new FrameRefusedException(ErrorCodes.TextTooLong, $"The text is longer than {ProtocolLimits.MaxTextChars} UTF-16 code units.");
        if (frame.Text.Contains('\0') || frame.Id.Contains('\0'))
            throw new FrameRefusedException(ErrorCodes.TextInvalid, "U+0000 cannot be stored.");
        if (!VisibleText.IsIn(frame.Text))
            throw new FrameRefusedException(ErrorCodes.TextEmpty, "Nothing of the text is visible.");
    }

    private void Describe(Activity? span, ClientConnection connection, SendFrame frame, Target target)
    {
        if (span is null)
            return;
        span.SetTag("messaging.system", "im");
        span.SetTag("messaging.operation.name", "send");
        span.SetTag("messaging.operation.type", "send");
        span.SetTag("messaging.destination.name", target.Conversation.ToString());
        span.SetTag("messaging.message.id", Printable(frame.Id!));
        span.SetTag("messaging.message.body.size", frame.Text.Length);
        span.SetTag("im.node", node.Name);
        span.SetTag("im.connection", connection.Id);
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
