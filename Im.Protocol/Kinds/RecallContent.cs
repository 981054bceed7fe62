namespace Im.Protocol.Kinds;

/// <param name="Reason">At most <see cref="ProtocolLimits.MaxReasonChars"/> UTF-16 code units.</param>
public sealed record RecallContent(string? Reason = null);
