using System.Diagnostics;
using Im.Core.Data;

namespace Im.Core.Messages;

/// <summary>
/// Spans of an append, by the semantic conventions for databases. A commit is shared by messages of many traces: each message's trace has a client span of its own
/// from the queue to the commit, and it and the batch's span (Npgsql's is that one's child) link to each other.
/// </summary>
internal static class MessageSpans
{
    public static Activity? StartAppend(NewMessage message)
    {
        var span = ImTelemetry.Source.StartActivity("INSERT messages", ActivityKind.Client);
        if (span is { IsAllDataRequested: true })
        {
            span.SetTag("db.system.name", "postgresql");
            span.SetTag("db.operation.name", "INSERT");
            span.SetTag("db.collection.name", "messages");
            span.SetTag("im.conversation.kind", (message.Conversation.IsLobby ? ConversationKind.Lobby : ConversationKind.Direct).ToString().ToLowerInvariant());
        }
        return span;
    }

    /// <summary>A root span, started only where a message of the batch is being traced.</summary>
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
        var span = ImTelemetry.Source.StartActivity("commit messages", ActivityKind.Internal, parentContext: default, links: links);
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
        span.SetTag("im.message.seq", result.Message.Seq);
        if (result.Duplicate)
            span.SetTag("im.message.duplicate", true);
    }

    public static void SetFailure(this Activity span, Exception exception)
    {
        span.SetTag("error.type", exception.GetType().Name);
        span.SetStatus(ActivityStatusCode.Error);
    }
}
