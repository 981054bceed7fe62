namespace Im.Protocol;

public static class FileLimits
{
    /// <summary>UTF-16 code units; a longer name is cut, its ending kept.</summary>
    public const int MaxNameChars = 200;

    /// <summary>Width and height of a thumbnail at most, in pixels.</summary>
    public const int ThumbnailPixels = 640;
}

/// <summary>How much room there is for one's files, in bytes.</summary>
/// <param name="MaxBytes">Of one file.</param>
/// <param name="UsedBytes">By all of one's files that are kept, posted or not.</param>
/// <param name="UserBytes">How many there may be.</param>
public sealed record FileSpace(long MaxBytes, long UsedBytes, long UserBytes);
