using Im.Protocol;

namespace Im.Client;

/// <summary>A request was refused or could not be finished. <see cref="Code"/> is for programs: one of <see cref="ErrorCodes"/>, <see cref="ProblemCodes"/> or <see cref="ImCodes"/>.</summary>
public sealed class ImException(string code, string message, Exception? inner = null) : Exception(message, inner)
{
    public string Code { get; } = code;

    /// <summary>Of the HTTP answer, when there was one.</summary>
    public int? StatusCode { get; init; }

    /// <summary>Of the WebSocket, when it was closed.</summary>
    public int? CloseCode { get; init; }

    /// <summary>When the same may be tried again, when the other side said so.</summary>
    public TimeSpan? RetryAfter { get; init; }
}

/// <summary>Codes that come from the client itself and not from the other side.</summary>
public static class ImCodes
{
    /// <summary>The connection could not be opened, or was lost. <see cref="Chat.ImClient"/> connects again by itself.</summary>
    public const string Disconnected = "disconnected";

    /// <summary>Not connected, and nothing is under way to connect: never connected, disposed, or ended with a code that says not to come back.</summary>
    public const string Closed = "closed";

    /// <summary>No answer within <see cref="ImClientOptions.RequestTimeout"/>.</summary>
    public const string Timeout = "timeout";

    /// <summary>More than <see cref="ImClientOptions.MaxPendingSends"/> wait for their ack.</summary>
    public const string QueueFull = "queue_full";

    /// <summary>The answer is none of this protocol.</summary>
    public const string BadAnswer = "bad_answer";
}
