using System.Diagnostics;
using Im.Core.Data;

namespace Im.Core.Messages;

/// <summary>
/// Spans of an append, by the semantic conventions for databases. A commit is shared by messages of many traces: each message's trace has a client span of its own
/// from the queue to the commit. The batch's span, with Npgsql's below it, is that one's child when the batch is that message alone; else it is a trace of its own, and they link to each other.
/// </summary>
internal static class MessageSpans
{
    public static Activity? StartAppend(NewEvent added)
    {
        var span = ImTelemetry.Source.StartActivity("INSERT events", ActivityKind.Client);
        if (span is { IsAllDataRequested: true })
        {
            span.SetTag("db.system.name", "postgresql");
            span.SetTag("db.operation.name", "INSERT");
            span.SetTag("db.collection.name", "events");
            span.SetTag("im.conversation.kind", (added.Conversation.IsLobby ? ConversationKind.Lobby : added.Conversation.IsRoom ? ConversationKind.Room : ConversationKind.Direct).ToString().ToLowerInvariant());
        }
        return span;
    }

    /// <summary>Started only where a message of the batch is being traced.</summary>
    public static Activity? StartBatch(List<PendingAppend> batch)
    {
        var links = new List<ActivityLink>();
        foreach (var append in batch)
        {
            if (append.Activity is { Recorded: true } traced)
                links.Add(new(traced.Context));
        }
        if (links.Count == 0)
            return null;
        var parent = batch.Count == 1 ? links[0].Context : default;
        var span = ImTelemetry.Source.StartActivity("commit events", ActivityKind.Internal, parent, links: links);
        if (span is null)
            return null;
        span.SetTag("db.operation.batch.size", batch.Count);
        foreach (var append in batch)
        {
            append.Activity?.SetTag("db.operation.batch.size", batch.Count);
            append.Activity?.AddLink(new(span.Context));
        }
        return span;
    }

    public static void SetResult(this Activity span, AppendResult result)
    {
        span.SetTag("im.message.seq", result.Event.Seq);
        span.SetTag("im.event.kind", result.Event.Kind);
        if (result.Duplicate)
            span.SetTag("im.message.duplicate", true);
    }

    public static void SetFailure(this Activity span, Exception exception)
    {
        span.SetTag("error.type", exception.GetType().Name);
        span.SetStatus(ActivityStatusCode.Error);
    }
}
