using Im.Protocol;
using Im.Protocol.Kinds;

namespace Im.Core.Kinds;

/// <summary>Another text in the place of one's own. The earlier ones stay in the store, and are told to nobody.</summary>
public sealed class EditKind() : EventKind<TextContent>(2, KindNames.Edit, ProtocolJson.Wire.TextContent)
{
    public override EventEffect? Effect => EventEffect.Replace;

    public override string? TargetKind => KindNames.Text;

    protected override Refusal? Check(TextContent content) => TextKind.CheckText(content);

    protected override CheckedContent Describe(TextContent content, UserInfo by) => new(default, "", null);

    public override Refusal? Authorise(PostedBy by, CheckedContent content, TargetLine? target) =>
        target!.From == by.User.Id ? null : new(ErrorCodes.Forbidden, "Only its author edits a text.");

    public override string Preview(RawJson content) => Read(content).Text;
}
