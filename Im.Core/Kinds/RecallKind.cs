using Im.Protocol;
using Im.Protocol.Kinds;

namespace Im.Core.Kinds;

/// <summary>Takes back a line: its content is erased where it is stored, in the statement that stores this. By its author within <see cref="Within"/>, by administrators always.</summary>
public sealed class RecallKind() : EventKind<RecallContent>(3, KindNames.Recall, ProtocolJson.Wire.RecallContent)
{
    public static readonly TimeSpan Within = TimeSpan.FromHours(24);

    public override EventEffect? Effect => EventEffect.Erase;

    public RawJson ContentOf(string? reason) => Write(new(reason));

    protected override Refusal? Check(RecallContent content) =>
        content.Reason is null || VisibleText.IsText(content.Reason, ProtocolLimits.MaxReasonChars) ? null : new(ErrorCodes.BadContent, $"A reason has 1 to {ProtocolLimits.MaxReasonChars} characters.");

    protected override CheckedContent Describe(RecallContent content, UserInfo by) => new(default, "", null);

    public override Refusal? Authorise(PostedBy by, CheckedContent content, TargetLine? target) =>
        by.IsAdmin ? null
        : target!.From != by.User.Id ? new(ErrorCodes.Forbidden, "Only its author recalls a line.")
        : target.Age > Within ? new(ErrorCodes.TooLate, $"A line is recalled within {Within.TotalHours:0} hours.")
        : null;
}
