namespace Im.Bench.Load;

/// <summary>What a record from a server is to the load engine.</summary>
internal enum RecordKind
{
    Other,
    Ready,
    Message,
    Ack,
    Typing,
    History,
    Error,
}

/// <summary>All that differs between the systems under test on the wire. Everything else of the engine is the same for each.</summary>
internal abstract class Codec
{
    /// <summary>Where the WebSocket is.</summary>
    public abstract string Path { get; }

    /// <summary>The cookie that carries a session.</summary>
    public abstract string CookieName { get; }

    /// <summary>The subprotocol that is asked for; null for none.</summary>
    public virtual string? SubProtocol => null;

    /// <summary>Sent right after the upgrade; empty for nothing.</summary>
    public virtual ReadOnlySpan<byte> Opening => [];

    /// <summary>Sent every 10 s on each connection; empty for nothing.</summary>
    public virtual ReadOnlySpan<byte> KeepAlive => [];

    /// <summary>The name of the field that carries a request's id in its answer, with quotes and colon.</summary>
    public abstract ReadOnlySpan<byte> IdField { get; }

    /// <summary>Takes one record off the front of a message's bytes.</summary>
    public abstract bool TryTake(ref ReadOnlySpan<byte> data, out ReadOnlySpan<byte> record);

    public abstract RecordKind KindOf(ReadOnlySpan<byte> record);

    /// <summary>A message to everybody (<paramref name="toUser"/> null) or to one user. Returns the bytes written.</summary>
    public abstract int WriteMessage(Span<byte> target, Guid? toUser, in Mark mark);

    /// <summary>Something for one user that nobody stores.</summary>
    public abstract int WriteTyping(Span<byte> target, Guid toUser);
}
