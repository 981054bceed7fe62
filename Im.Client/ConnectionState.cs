namespace Im.Client;

public enum ConnectionState
{
    /// <summary>Before the first connect, and after the last.</summary>
    Closed,

    /// <summary>On the way to the first <c>ready</c>.</summary>
    Connecting,

    /// <summary>Live: nothing is missed.</summary>
    Ready,

    /// <summary>The connection was lost; the client is getting another. Sends wait.</summary>
    Reconnecting,
}

/// <param name="Node">The node's name when <see cref="ConnectionState.Ready"/>.</param>
/// <param name="CloseCode">How the last connection ended: a WebSocket close code, 1006 without a close frame; null when there was none.</param>
/// <param name="Reason">Why, for people; with the close code 4401 one of <see cref="Protocol.EndReasons"/>.</param>
/// <param name="Code"><c>not_logged_in</c> when <see cref="ConnectionState.Closed"/> because the bearer token is worth nothing any more: it ran out, or its session ended while there was no connection.</param>
public sealed record ConnectionChange(ConnectionState State, string? Node = null, int? CloseCode = null, string? Reason = null, string? Code = null);
