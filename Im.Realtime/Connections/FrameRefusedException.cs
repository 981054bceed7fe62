namespace Im.Realtime.Connections;

/// <summary>A request that is refused with a code of <see cref="Protocol.ErrorCodes"/>; the message is for people.</summary>
internal sealed class FrameRefusedException(string code, string message) : Exception(message)
{
    public string Code => code;

    /// <summary>When the same frame may be sent again.</summary>
    public int? RetryAfterMs { get; init; }
}
