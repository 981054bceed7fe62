using Im.Core.Files;
using Im.Protocol;
using SkiaSharp;

namespace Im.Web.Files;

/// <summary>Makes thumbnails, one at a time: the picture and its pixels are the most memory that files take in this process.</summary>
internal sealed class Thumbnails(IFileStore store) : IDisposable
{
    // A JPEG that is decoded at an eighth of its size, and all others, whose pixels are all in memory, 4 bytes each.
    private const long MaxPixels = 40_000_000, MaxPixelsInSteps = 16_000_000;
    private const long MaxBytes = 64 * 1024 * 1024; // where more is allowed than by default
    private const int PartBytes = 256 * 1024, Quality = 80;

    private readonly SemaphoreSlim _free = new(1);

    /// <summary>By what its head says, before anything of it is decoded.</summary>
    public static bool IsTooLarge(PictureHead head, long bytes) => bytes > MaxBytes || head.Width <= 0 || head.Height <= 0 || head.Pixels > (head.IsInSteps ? MaxPixelsInSteps : MaxPixels);

    /// <summary>Null for what is not the picture that its head says.</summary>
    public async Task<PictureInfo?> MakeAsync(Guid file, long bytes, PictureHead head, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        try
        {
            using var data = SKData.Create((int)bytes);
            var part = new byte[PartBytes];
            for (var offset = 0; offset < bytes;)
            {
                var read = await store.ReadAsync(file, offset, part, cancellationToken);
                if (read == 0)
                    return null;
                part.AsSpan(0, read).CopyTo(Writable(data)[offset..]);
                offset += read;
            }
            return Make(data, head);
        }
        finally
        {
            _free.Release();
        }
    }

    private static unsafe Span<byte> Writable(SKData data) => new((void*)data.Data, (int)data.Size);

    private static PictureInfo? Make(SKData data, PictureHead head)
    {
        using var codec = SKCodec.Create(data);
        if (codec is null || codec.Info.Width != head.Width || codec.Info.Height != head.Height)
            return null;
        var scale = Math.Min(1, (float)FileLimits.ThumbnailPixels / Math.Max(head.Width, head.Height));
        var size = head.IsInSteps ? codec.Info.Size : codec.GetScaledDimensions(scale);
        using var space = SKColorSpace.CreateSrgb();
        using var pixels = new SKBitmap(new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, SKAlphaType.Premul, space));
        if (codec.GetPixels(pixels.Info, pixels.GetPixels()) != SKCodecResult.Success)
            return null;
        var (width, height) = (Math.Max(1, (int)MathF.Round(head.Width * scale)), Math.Max(1, (int)MathF.Round(head.Height * scale)));
        var isOnItsSide = codec.EncodedOrigin >= SKEncodedOrigin.LeftTop;
        using var upright = new SKBitmap(new SKImageInfo(isOnItsSide ? height : width, isOnItsSide ? width : height, SKColorType.Rgba8888, SKAlphaType.Premul, space));
        using (var canvas = new SKCanvas(upright))
        using (var image = SKImage.FromPixels(pixels.PeekPixels()))
        {
            canvas.Concat(Turn(codec.EncodedOrigin, width, height));
            canvas.DrawImage(image, new SKRect(0, 0, width, height), new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        }
        using var encoded = upright.Encode(SKEncodedImageFormat.Webp, Quality);
        return encoded is null ? null : new(isOnItsSide ? head.Height : head.Width, isOnItsSide ? head.Width : head.Height, AverageOf(upright), encoded.ToArray());
    }

    // From the picture as it is stored to how it is seen; the sizes are those of the stored one.
    private static SKMatrix Turn(SKEncodedOrigin origin, float width, float height) => origin switch
    {
        SKEncodedOrigin.TopRight => new(-1, 0, width, 0, 1, 0, 0, 0, 1),
        SKEncodedOrigin.BottomRight => new(-1, 0, width, 0, -1, height, 0, 0, 1),
        SKEncodedOrigin.BottomLeft => new(1, 0, 0, 0, -1, height, 0, 0, 1),
        SKEncodedOrigin.LeftTop => new(0, 1, 0, 1, 0, 0, 0, 0, 1),
        SKEncodedOrigin.RightTop => new(0, -1, height, 1, 0, 0, 0, 0, 1),
        SKEncodedOrigin.RightBottom => new(0, -1, height, -1, 0, width, 0, 0, 1),
        SKEncodedOrigin.LeftBottom => new(0, 1, 0, -1, 0, width, 0, 0, 1),
        _ => SKMatrix.Identity,
    };

    private static string AverageOf(SKBitmap pixels)
    {
        long red = 0, green = 0, blue = 0;
        var bytes = pixels.GetPixelSpan();
        for (var at = 0; at < bytes.Length; at += 4)
            (red, green, blue) = (red + bytes[at], green + bytes[at + 1], blue + bytes[at + 2]);
        var count = Math.Max(1, bytes.Length / 4);
        return $"#{red / count:x2}{green / count:x2}{blue / count:x2}";
    }

    public void Dispose() => _free.Dispose();
}
