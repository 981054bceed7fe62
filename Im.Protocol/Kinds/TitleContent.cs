namespace Im.Protocol.Kinds;

/// <summary>A room is called otherwise, or has other settings. What did not change is left out.</summary>
/// <param name="Title">1 to <see cref="RoomLimits.MaxTitleChars"/> UTF-16 code units.</param>
/// <param name="Topic">Up to <see cref="RoomLimits.MaxTopicChars"/>; empty for none.</param>
/// <param name="Public">Anybody finds and joins it.</param>
/// <param name="History">One of <see cref="RoomHistories"/>: what they read who join from now on.</param>
/// <param name="Archived">Nobody writes in it, and nobody joins it.</param>
/// <param name="Picture">The version of its picture; empty where it has none any more.</param>
public sealed record TitleContent(
    [property: Size(1, RoomLimits.MaxTitleChars)] string? Title = null, [property: Size(0, RoomLimits.MaxTopicChars)] string? Topic = null, bool? Public = null, string? History = null, bool? Archived = null,
    [property: Size(0, PictureLimits.VersionChars)] string? Picture = null);

public static partial class KindNames
{
    public const string Title = "title";
}
