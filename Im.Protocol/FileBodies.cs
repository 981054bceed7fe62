namespace Im.Protocol;

public static class FileLimits
{
    /// <summary>UTF-16 code units; a longer name is cut, its ending kept.</summary>
    public const int MaxNameChars = 200;

    /// <summary>Width and height of a thumbnail at most, in pixels.</summary>
    public const int ThumbnailPixels = 640;
}

/// <summary>Pictures of people and rooms: square WebP, in two sizes.</summary>
public static class PictureLimits
{
    /// <summary>Width and height in pixels.</summary>
    public const int Small = 96, Large = 256;

    /// <summary>Letters and digits of a version: of another picture it is another one.</summary>
    public const int VersionChars = 16;
}

/// <param name="File">An own picture that is uploaded and not posted; it is used up.</param>
public sealed record PictureRequest(Guid File);

/// <summary>How much room there is for one's files, in bytes.</summary>
/// <param name="MaxBytes">Of one file.</param>
/// <param name="UsedBytes">By all of one's files that are kept, posted or not.</param>
/// <param name="UserBytes">How many there may be.</param>
public sealed record FileSpace(long MaxBytes, long UsedBytes, long UserBytes);
