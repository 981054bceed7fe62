using System.Buffers.Binary;

namespace Im.Web.Files;

/// <summary>How a JPEG is turned, the one thing of its EXIF that is needed to show it.</summary>
internal static class ExifOrientation
{
    private const ushort Tag = 0x0112;

    /// <param name="tiff">What follows the name <c>Exif</c>.</param>
    /// <returns>1 to 8; 1 where nothing is said.</returns>
    public static int Read(ReadOnlySpan<byte> tiff)
    {
        if (tiff.Length < 8 || !(tiff.StartsWith("II"u8) || tiff.StartsWith("MM"u8)))
            return 1;
        var isLittle = tiff[0] == (byte)'I';
        var at = isLittle ? BinaryPrimitives.ReadUInt32LittleEndian(tiff[4..]) : BinaryPrimitives.ReadUInt32BigEndian(tiff[4..]);
        if (at > tiff.Length - 2)
            return 1;
        var count = Short(tiff[(int)at..], isLittle);
        for (var (index, entry) = (0, (int)at + 2); index < count && entry + 12 <= tiff.Length; index++, entry += 12)
            if (Short(tiff[entry..], isLittle) == Tag)
                return Short(tiff[(entry + 8)..], isLittle) is >= 1 and <= 8 and var turned ? turned : 1;
        return 1;

        static ushort Short(ReadOnlySpan<byte> from, bool isLittle) => isLittle ? BinaryPrimitives.ReadUInt16LittleEndian(from) : BinaryPrimitives.ReadUInt16BigEndian(from);
    }

    /// <summary>EXIF of this one entry, where there is room.</summary>
    public static void Write(Span<byte> segment, int turned)
    {
        ReadOnlySpan<byte> exif = [.. "Exif\0\0MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)turned, 0, 0, 0, 0, 0, 0];
        if (segment.Length >= exif.Length)
            exif.CopyTo(segment);
    }
}
