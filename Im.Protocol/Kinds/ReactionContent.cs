namespace Im.Protocol.Kinds;

/// <param name="Keys">All of the user's reactions to the line, at most <see cref="MaxKeys"/>, none for none; each one text element of at most <see cref="MaxKeyChars"/> UTF-16 code units.</param>
public sealed record ReactionContent([property: Size(0, ReactionContent.MaxKeys, EachLeast = 1, EachMost = ReactionContent.MaxKeyChars, Distinct = true)] IReadOnlyList<string> Keys)
{
    public const int MaxKeys = 8;
    public const int MaxKeyChars = 32;
}

public static partial class KindNames
{
    public const string Reaction = "reaction";
}
