using Im.Protocol;
using Im.Protocol.Kinds;

namespace Im.Core.Kinds;

/// <summary>What somebody writes. Its target, if any, is the line it replies to.</summary>
public sealed class TextKind() : EventKind<TextContent>(1, KindNames.Text, ProtocolJson.Wire.TextContent)
{
    public override bool MayReply => true;

    public RawJson ContentOf(string text) => Write(new(text));

    protected override Refusal? Check(TextContent content) => CheckText(content);

    internal static Refusal? CheckText(TextContent content) =>
        content.Text.Length > ProtocolLimits.MaxTextChars ? new(ErrorCodes.TextTooLong, $"The text is longer than {ProtocolLimits.MaxTextChars} UTF-16 code units.")
        : content.Text.Contains('\0') ? new(ErrorCodes.TextInvalid, "U+0000 cannot be stored.")
        : !VisibleText.IsIn(content.Text) ? new(ErrorCodes.TextEmpty, "Nothing of the text is visible.")
        : content.Mentions?.Count > TextContent.MaxMentions ? new(ErrorCodes.BadContent, $"At most {TextContent.MaxMentions} mentions.")
        : null;

    protected override CheckedContent Describe(TextContent content, UserInfo by)
    {
        List<Guid> named = [.. (content.Mentions ?? []).Where(user => user != by.Id && user != Guid.Empty).Distinct()];
        if (content.All == true)
            named.Add(Guid.Empty);
        return new(default, null, named.Count > 0 ? named : null);
    }

    public override Refusal? Authorise(PostedBy by, CheckedContent content, TargetLine? target) =>
        content.Mentions?.Contains(Guid.Empty) == true && by.Peer is null && !by.IsAdmin ? new(ErrorCodes.Forbidden, "Administrators alone name everybody here.") : null;

    public override string Preview(RawJson content) => Read(content).Text;

    public override RawJson Cut(RawJson content, int codePoints)
    {
        if (content.Utf8.Length <= codePoints)
            return content;
        var text = Read(content);
        return Write(text with { Text = FirstCodePoints(text.Text, codePoints) });
    }

    internal static string FirstCodePoints(string text, int count)
    {
        var end = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (count-- == 0)
                break;
            end += rune.Utf16SequenceLength;
        }
        return text[..end];
    }
}
