using System.Security.Cryptography;
using Im.Core.Pictures;
using Im.Protocol;
using SkiaSharp;

namespace Im.Web.Pictures;

/// <summary>Cuts the middle out of a thumbnail: upright, small, and made here, whatever was uploaded.</summary>
internal static class Squares
{
    private const int Quality = 85;

    /// <param name="thumbnail">WebP.</param>
    public static Picture? Of(byte[] thumbnail)
    {
        using var bitmap = SKBitmap.Decode(thumbnail);
        if (bitmap is null)
            return null;
        using var image = SKImage.FromBitmap(bitmap);
        var large = Draw(image, PictureLimits.Large);
        return new(Convert.ToHexStringLower(SHA256.HashData(large))[..PictureLimits.VersionChars], Draw(image, PictureLimits.Small), large);
    }

    private static byte[] Draw(SKImage image, int pixels)
    {
        var side = Math.Min(image.Width, image.Height);
        using var space = SKColorSpace.CreateSrgb();
        using var square = new SKBitmap(new SKImageInfo(pixels, pixels, SKColorType.Rgba8888, SKAlphaType.Premul, space));
        using (var canvas = new SKCanvas(square))
            canvas.DrawImage(image, SKRect.Create((image.Width - side) / 2, (image.Height - side) / 2, side, side), new SKRect(0, 0, pixels, pixels), new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        using var encoded = square.Encode(SKEncodedImageFormat.Webp, Quality);
        return encoded.ToArray();
    }
}
