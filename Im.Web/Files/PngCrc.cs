namespace Im.Web.Files;

/// <summary>The CRC of a PNG's chunk that is all zeros.</summary>
internal static class PngCrc
{
    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(n => Enumerable.Range(0, 8).Aggregate((uint)n, (c, _) => (c & 1) != 0 ? 0xEDB88320 ^ c >> 1 : c >> 1))];

    public static uint OfBlank(ReadOnlySpan<byte> type, uint length)
    {
        var crc = uint.MaxValue;
        foreach (var each in type)
            crc = Table[(byte)(crc ^ each)] ^ crc >> 8;
        for (; length > 0; length--)
            crc = Table[(byte)crc] ^ crc >> 8;
        return ~crc;
    }
}
