namespace Im.Protocol.Kinds;

/// <summary>The kinds of events, as the wire names them.</summary>
public static class KindNames
{
    public const string Text = "text", Edit = "edit", Recall = "recall", Reaction = "reaction", Poll = "poll", Vote = "vote", Erasure = "erasure";
}
