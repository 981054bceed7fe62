using System.Globalization;
using Im.Protocol;
using Im.Protocol.Kinds;

namespace Im.Core.Kinds;

/// <summary>A user's reactions to a line, all of them at once: what is newest holds.</summary>
public sealed class ReactionKind() : EventKind<ReactionContent>(4, KindNames.Reaction, ProtocolJson.Wire.ReactionContent)
{
    public override EventEffect? Effect => EventEffect.Mark;

    protected override Refusal? Check(ReactionContent content) =>
        content.Keys.Count <= ReactionContent.MaxKeys && content.Keys.Distinct(StringComparer.Ordinal).Count() == content.Keys.Count && content.Keys.All(IsKey)
            ? null : new(ErrorCodes.BadContent, $"At most {ReactionContent.MaxKeys} different keys, each one text element of at most {ReactionContent.MaxKeyChars} UTF-16 code units.");

    protected override CheckedContent Describe(ReactionContent content, UserInfo by) => new(default, $"{by.Id}", null);

    private static bool IsKey(string key) => VisibleText.IsText(key, ReactionContent.MaxKeyChars) && StringInfo.GetNextTextElementLength(key) == key.Length;
}
