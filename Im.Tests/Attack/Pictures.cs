using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using SkiaSharp;

namespace Im.Tests.Attack;

/// <summary>Small pictures, some of which say more, or other things, than they show.</summary>
internal static class Pictures
{
    /// <summary>What no download may have in it.</summary>
    public const string Secret = "52.5200 N 13.4050 E";

    public static byte[] Encode(SKEncodedImageFormat format, int width = 64, int height = 32)
    {
        using var bitmap = new SKBitmap(width, height);
        bitmap.Erase(new SKColor(200, 40, 40));
        using var data = bitmap.Encode(format, 90);
        return data.ToArray();
    }

    /// <summary>With EXIF that has the secret and says that it is turned by a quarter, XMP, a comment, and more after its end.</summary>
    public static byte[] TellingJpeg(int orientation = 6)
    {
        var plain = Encode(SKEncodedImageFormat.Jpeg);
        byte[] tiff = [.. "II*\0"u8, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, (byte)orientation, 0, 0, 0, 0, 0, 0, 0, .. Encoding.ASCII.GetBytes(Secret)];
        return
        [
            .. plain[..2], .. Segment(0xE1, [.. "Exif\0\0"u8, .. tiff]), .. Segment(0xE1, [.. "http://ns.adobe.com/xap/1.0/\0"u8, .. Encoding.ASCII.GetBytes(Secret)]),
            .. Segment(0xFE, Encoding.ASCII.GetBytes(Secret)), .. plain[2..], .. Encoding.ASCII.GetBytes(Secret),
        ];

        static byte[] Segment(byte marker, byte[] data) => [0xFF, marker, (byte)((data.Length + 2) >> 8), (byte)(data.Length + 2), .. data];
    }

    /// <summary>With a text, a time, and EXIF.</summary>
    public static byte[] TellingPng()
    {
        var plain = Encode(SKEncodedImageFormat.Png);
        return [.. plain[..33], .. Chunk("tEXt", Encoding.ASCII.GetBytes($"Comment\0{Secret}")), .. Chunk("eXIf", Encoding.ASCII.GetBytes(Secret)), .. plain[33..]];
    }

    public static byte[] TellingWebp()
    {
        var plain = Encode(SKEncodedImageFormat.Webp);
        var told = Encoding.ASCII.GetBytes(Secret.PadRight(20));
        byte[] all = [.. plain, .. "EXIF"u8, (byte)told.Length, 0, 0, 0, .. told];
        BinaryPrimitives.WriteUInt32LittleEndian(all.AsSpan(4), (uint)all.Length - 8);
        return all;
    }

    /// <summary>One that is well built, a few kilobytes long, and declares as many pixels as are asked for.</summary>
    public static byte[] HugePng(int width, int height)
    {
        var head = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(head, width);
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(4), height);
        (head[8], head[9]) = (1, 0);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            zlib.Write(new byte[1_000_000]);
        return [0x89, .. "PNG\r\n\u001a\n"u8, .. Chunk("IHDR", head), .. Chunk("IDAT", packed.ToArray()), .. Chunk("IEND", [])];
    }

    private static byte[] Chunk(string type, byte[] data)
    {
        byte[] named = [.. Encoding.ASCII.GetBytes(type), .. data];
        var all = new byte[named.Length + 8];
        BinaryPrimitives.WriteInt32BigEndian(all, data.Length);
        named.CopyTo(all, 4);
        BinaryPrimitives.WriteUInt32BigEndian(all.AsSpan(all.Length - 4), Crc(named));
        return all;
    }

    private static uint Crc(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var each in bytes)
        {
            crc ^= each;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? 0xEDB88320 ^ crc >> 1 : crc >> 1;
        }
        return ~crc;
    }
}
