namespace Im.Protocol.Kinds;

/// <summary>What somebody writes; of kind <c>text</c>, and of <c>edit</c>, where it takes the place of the first.</summary>
/// <param name="Text">1 to <see cref="ProtocolLimits.MaxTextChars"/> UTF-16 code units with something visible.</param>
/// <param name="Mentions">Users it names, at most <see cref="MaxMentions"/>.</param>
/// <param name="All">It names everybody.</param>
public sealed record TextContent(
    [property: Size(1, ProtocolLimits.MaxTextChars)] string Text, [property: Size(0, TextContent.MaxMentions)] IReadOnlyList<Guid>? Mentions = null, bool? All = null)
{
    public const int MaxMentions = 50;
}

/// <summary>The kinds of events, as the wire names them: each stands beside its content.</summary>
public static partial class KindNames
{
    public const string Text = "text", Edit = "edit";
}
