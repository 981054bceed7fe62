namespace Im.Protocol.Kinds;

/// <param name="Question">1 to 500 UTF-16 code units.</param>
/// <param name="Options">2 to 10 of 1 to 100.</param>
/// <param name="Many">More than one may be chosen.</param>
public sealed record PollContent(
    [property: Size(1, PollContent.MaxQuestionChars)] string Question,
    [property: Size(PollContent.MinOptions, PollContent.MaxOptions, EachLeast = 1, EachMost = PollContent.MaxOptionChars)] IReadOnlyList<string> Options,
    bool? Many = null)
{
    public const int MaxQuestionChars = 500, MinOptions = 2, MaxOptions = 10, MaxOptionChars = 100;
}

/// <param name="Choices">Options by their place, from 0, each once; none takes the vote back.</param>
public sealed record VoteContent([property: Size(0, PollContent.MaxOptions, EachMost = PollContent.MaxOptions - 1, Distinct = true)] IReadOnlyList<int> Choices);

public static partial class KindNames
{
    public const string Poll = "poll", Vote = "vote";
}
