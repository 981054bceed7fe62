using System.Text.Json;
using Im.Protocol;
using Im.Protocol.Kinds;

namespace Im.Core.Kinds;

/// <summary>A question with answers to choose from.</summary>
public sealed class PollKind() : EventKind<PollContent>(5, KindNames.Poll, ProtocolJson.Wire.PollContent)
{
    protected override Refusal? Check(PollContent content) =>
        VisibleText.IsText(content.Question, PollContent.MaxQuestionChars) && content.Options.Count is >= PollContent.MinOptions and <= PollContent.MaxOptions && content.Options.All(option => VisibleText.IsText(option, PollContent.MaxOptionChars))
            ? null : new(ErrorCodes.BadContent, $"A question of at most {PollContent.MaxQuestionChars} characters and {PollContent.MinOptions} to {PollContent.MaxOptions} options of at most {PollContent.MaxOptionChars}.");

    public override string Preview(RawJson content) => Read(content).Question;
}

/// <summary>What a user chose, all at once: what is newest holds.</summary>
public sealed class VoteKind() : EventKind<VoteContent>(6, KindNames.Vote, ProtocolJson.Wire.VoteContent)
{
    public override EventEffect? Effect => EventEffect.Mark;

    public override string? TargetKind => KindNames.Poll;

    protected override Refusal? Check(VoteContent content) =>
        content.Choices.Distinct().Count() == content.Choices.Count ? null : new(ErrorCodes.BadContent, "Each choice once.");

    protected override CheckedContent Describe(VoteContent content, UserInfo by) => new(default, $"{by.Id}", null);

    public override Refusal? Authorise(PostedBy by, CheckedContent content, TargetLine? target)
    {
        var (choices, poll) = (Read(content.Content).Choices, JsonSerializer.Deserialize(target!.Content!.Value.Utf8.Span, ProtocolJson.Wire.PollContent)!);
        return choices.Any(choice => choice < 0 || choice >= poll.Options.Count) ? new(ErrorCodes.BadContent, "There is no such option.")
            : choices.Count > 1 && poll.Many != true ? new(ErrorCodes.BadContent, "One option may be chosen.")
            : null;
    }
}
