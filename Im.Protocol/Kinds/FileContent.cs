namespace Im.Protocol.Kinds;

/// <summary>
/// A picture, or another file. Who posts one says <paramref name="File"/> and, where they like, <see cref="Caption"/>; everything else is what the server found when it was uploaded, whatever
/// a client says of it. The answer to an upload is one too.
/// </summary>
/// <param name="File">Its id, from the upload.</param>
public sealed record FileContent(Guid File)
{
    public const int MaxCaptionChars = 2_000;

    /// <summary>Without folders, controls and what turns the direction of text.</summary>
    [Size(1, FileLimits.MaxNameChars)]
    public string? Name { get; init; }

    /// <summary>Bytes.</summary>
    public long? Size { get; init; }

    /// <summary>By what is in it: <c>image/png</c>, <c>image/jpeg</c>, <c>image/gif</c>, <c>image/webp</c>; everything else is <c>application/octet-stream</c>.</summary>
    public string? Type { get; init; }

    /// <summary>Pixels, upright. Only a picture of which there is a thumbnail has it.</summary>
    public int? Width { get; init; }

    public int? Height { get; init; }

    /// <summary>The picture's average, <c>#rrggbb</c>: what to show until it is there.</summary>
    public string? Color { get; init; }

    [Size(1, MaxCaptionChars)]
    public string? Caption { get; init; }
}

public static partial class KindNames
{
    public const string File = "file";
}
