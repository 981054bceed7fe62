using Im.Protocol;
using Microsoft.Extensions.Logging;

namespace Im.Client;

/// <summary>Everything the client logs. Never a text, a cookie, a token or a ticket.</summary>
internal static partial class ClientLog
{
    [LoggerMessage(1, LogLevel.Debug, "Connection {State} node {Node}: {Reason} ({CloseCode})")]
    public static partial void Changed(ILogger logger, ConnectionState state, string? node, string? reason, int? closeCode);

    [LoggerMessage(2, LogLevel.Information, "Connection ended or failed: {Reason} ({CloseCode}); try {Attempt} in {DelayMs:0} ms")]
    public static partial void ConnectingAgain(ILogger logger, string reason, int? closeCode, double delayMs, int attempt);

    [LoggerMessage(3, LogLevel.Error, "The connection is no longer kept")]
    public static partial void KeeperFailed(ILogger logger, Exception exception);

    [LoggerMessage(4, LogLevel.Warning, "A frame could not be read and was skipped: {Problem}")]
    public static partial void UnreadableFrame(ILogger logger, string problem);

    [LoggerMessage(5, LogLevel.Error, "Receiving failed; the connection is cut and another one opened")]
    public static partial void ReceiveFailed(ILogger logger, Exception exception);

    [LoggerMessage(6, LogLevel.Warning, "The node answered {Code} to a frame without id: {Problem}")]
    public static partial void UnaskedError(ILogger logger, string code, string problem);

    [LoggerMessage(7, LogLevel.Error, "A handler of the application threw; the client goes on")]
    public static partial void HandlerFailed(ILogger logger, Exception exception);

    [LoggerMessage(8, LogLevel.Warning, "Events of {Conversation} after {Cursor} could not be read ({Code}); trying again")]
    public static partial void MendingFailed(ILogger logger, ConversationId conversation, long cursor, string code);

    [LoggerMessage(9, LogLevel.Error, "Missed events can no longer be fetched; the stream ends")]
    public static partial void MenderFailed(ILogger logger, Exception exception);

    [LoggerMessage(10, LogLevel.Warning, "A login could not be followed ({Code}); connecting again instead")]
    public static partial void FollowFailed(ILogger logger, string code);

    [LoggerMessage(11, LogLevel.Warning, "The list of conversations could not be read after connecting ({Code}); direct messages sent meanwhile come with the next one")]
    public static partial void SyncFailed(ILogger logger, string code);

    [LoggerMessage(12, LogLevel.Warning, "The bearer token could not be renewed ({Code})")]
    public static partial void RenewalFailed(ILogger logger, string code);

    [LoggerMessage(13, LogLevel.Information, "No way straight to a node ({Reason}): by the gateway, and tried again after {Seconds} s")]
    public static partial void NotDirect(ILogger logger, string reason, double seconds);
}
