namespace Im.Protocol.Kinds;

/// <param name="Reason">1 to <see cref="ProtocolLimits.MaxReasonChars"/> UTF-16 code units.</param>
public sealed record RecallContent([property: Size(1, ProtocolLimits.MaxReasonChars)] string? Reason = null);

public static partial class KindNames
{
    public const string Recall = "recall";
}
