using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;

namespace Im.Web.Files;

/// <param name="Type">Its media type.</param>
/// <param name="IsInSteps">Its pixels are all kept while it is decoded: progressive, or a format that cannot be decoded smaller than it is.</param>
internal sealed record PictureHead(string Type, int Width, int Height, bool IsInSteps)
{
    public long Pixels => (long)Width * Height;
}

/// <summary>
/// Passes an upload on as it comes, and takes out of a picture what tells of where, when and with what it was taken: EXIF, XMP, IPTC, comments, thumbnails, whatever is not needed to show it, and what
/// follows its end. It is overwritten with zeros, so the file is as long as it was. How a JPEG is turned is kept. What is no picture that is shown, or not built as one, passes as it is.
/// </summary>
internal sealed class PictureFilter(Stream input, PipeWriter output)
{
    private const int BufferBytes = 80 * 1024; // the largest segment of a JPEG and some more
    private const int FlushBytes = 32 * 1024;

    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
    private int _start, _end;
    private CancellationToken _cancellationToken;

    /// <summary>Null for what is no picture.</summary>
    public async Task<PictureHead?> RunAsync(CancellationToken cancellationToken)
    {
        _cancellationToken = cancellationToken;
        try
        {
            await EnsureAsync(16);
            var head = Have.Span switch
            {
                [0xFF, 0xD8, 0xFF, ..] => await JpegAsync(),
                [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => await PngAsync(),
                [(byte)'G', (byte)'I', (byte)'F', (byte)'8', (byte)'7' or (byte)'9', (byte)'a', ..] => await GifAsync(),
                [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => await WebpAsync(),
                _ => null,
            };
            await PassRestAsync(blank: head is not null);
            await output.CompleteAsync();
            return head;
        }
        catch (Exception exception)
        {
            await output.CompleteAsync(exception);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }
    }

    private Memory<byte> Have => _buffer.AsMemory(_start.._end);

    // Segments until the image's data, which ends with the next marker: again and again where it is progressive, and at last the end.
    private async Task<PictureHead?> JpegAsync()
    {
        PictureHead? head = null;
        await PassAsync(2);
        while (await EnsureAsync(4) && Have.Span[0] == 0xFF)
        {
            var marker = Have.Span[1];
            if (marker == 0xFF || marker is 0x01 or >= 0xD0 and <= 0xD7)
            {
                await PassAsync(marker == 0xFF ? 1 : 2);
                continue;
            }
            if (marker == 0xD9)
                break;
            var length = BinaryPrimitives.ReadUInt16BigEndian(Have.Span[2..]);
            if (length < 2 || !await EnsureAsync(2 + length))
                return null;
            var segment = Have[4..(2 + length)];
            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC) && segment.Length >= 5)
                head = new("image/jpeg", BinaryPrimitives.ReadUInt16BigEndian(segment.Span[3..]), BinaryPrimitives.ReadUInt16BigEndian(segment.Span[1..]), marker is 0xC2 or 0xC6 or 0xCA or 0xCE);
            if (marker is >= 0xE0 and <= 0xEF or 0xFE)
                CleanSegment(marker, segment.Span);
            await PassAsync(2 + length);
            if (marker == 0xDA && await PassScanAsync())
                return head;
        }
        return Have.Span is [0xFF, 0xD9, ..] && await PassEndAsync() ? head : null;
    }

    private async Task<bool> PassEndAsync()
    {
        await PassAsync(2);
        return true;
    }

    /// <summary>True at the end of the picture.</summary>
    private async Task<bool> PassScanAsync()
    {
        while (await EnsureAsync(2))
        {
            var at = Have.Span.IndexOf((byte)0xFF);
            if (at != 0)
                await PassAsync(at < 0 ? Have.Length : at);
            else if (Have.Span[1] is 0x00 or >= 0xD0 and <= 0xD7 or 0xFF)
                await PassAsync(Have.Span[1] == 0xFF ? 1 : 2);
            else
                return Have.Span[1] == 0xD9 && await PassEndAsync();
        }
        return false;
    }

    private static void CleanSegment(byte marker, Span<byte> segment)
    {
        if (marker == 0xE0 && segment.StartsWith("JFIF\0"u8) || marker == 0xE2 && segment.StartsWith("ICC_PROFILE\0"u8) || marker == 0xEE && segment.StartsWith("Adobe"u8))
        {
            if (marker == 0xE0 && segment.Length > 14)
                segment[12..].Clear(); // a thumbnail, of 0 by 0 pixels then
            return;
        }
        var turned = marker == 0xE1 && segment.StartsWith("Exif\0\0"u8) ? ExifOrientation.Read(segment[6..]) : 1;
        segment.Clear();
        if (turned is > 1 and <= 8)
            ExifOrientation.Write(segment, turned);
    }

    // Chunks that draw; any other becomes one that nobody knows, which readers leave out.
    private async Task<PictureHead?> PngAsync()
    {
        PictureHead? head = null;
        await PassAsync(8);
        while (await EnsureAsync(12))
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(Have.Span);
            if (length > int.MaxValue)
                return null;
            var type = System.Text.Encoding.Latin1.GetString(Have.Span[4..8]);
            if (type == "IHDR" && await EnsureAsync(16))
                head = new("image/png", (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(Have.Span[8..]), int.MaxValue), (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(Have.Span[12..]), int.MaxValue), true);
            if (type is "IHDR" or "PLTE" or "IDAT" or "IEND" or "tRNS" or "gAMA" or "cHRM" or "sRGB" or "iCCP" or "cICP" or "sBIT" or "bKGD" or "pHYs" or "acTL" or "fcTL" or "fdAT")
            {
                if (!await PassAsync(12L + length))
                    return null;
                if (type == "IEND")
                    return head;
                continue;
            }
            "imXx"u8.CopyTo(Have.Span[4..]);
            var crc = PngCrc.OfBlank(Have.Span[4..8], length);
            await PassAsync(8);
            if (!await PassAsync(length, blank: true) || !await EnsureAsync(4))
                return null;
            BinaryPrimitives.WriteUInt32BigEndian(Have.Span, crc);
            await PassAsync(4);
        }
        return null;
    }

    // Comments and what applications put in are blocks of their own.
    private async Task<PictureHead?> GifAsync()
    {
        var (width, height, colors) = (BinaryPrimitives.ReadUInt16LittleEndian(Have.Span[6..]), BinaryPrimitives.ReadUInt16LittleEndian(Have.Span[8..]), Have.Span[10]);
        if (!await PassAsync(13 + TableBytes(colors)))
            return null;
        while (await EnsureAsync(1))
        {
            switch (Have.Span[0])
            {
                case 0x3B:
                    await PassAsync(1);
                    return new("image/gif", width, height, true);
                case 0x2C when await EnsureAsync(10):
                    if (!await PassAsync(10 + TableBytes(Have.Span[9]) + 1) || !await PassBlocksAsync(blank: false))
                        return null;
                    break;
                case 0x21 when await EnsureAsync(14):
                    var isApplication = Have.Span[1] == 0xFF;
                    var draws = Have.Span[1] == 0xF9 || isApplication && (Have.Span[3..14].SequenceEqual("NETSCAPE2.0"u8) || Have.Span[3..14].SequenceEqual("ANIMEXTS1.0"u8));
                    await PassAsync(2);
                    if (!await PassBlocksAsync(blank: !draws))
                        return null;
                    break;
                case 0x21 when Have.Length >= 3: // the last few bytes
                    await PassAsync(2);
                    if (!await PassBlocksAsync(blank: true))
                        return null;
                    break;
                default:
                    return null;
            }
        }
        return null;

        static int TableBytes(byte packed) => (packed & 0x80) == 0 ? 0 : 3 << ((packed & 7) + 1);
    }

    private async Task<bool> PassBlocksAsync(bool blank)
    {
        while (await EnsureAsync(1))
        {
            var length = Have.Span[0];
            await PassAsync(1);
            if (length == 0)
                return true;
            if (!await PassAsync(length, blank))
                return false;
        }
        return false;
    }

    // A chunk that does not draw gets another name, and loses its flag.
    private async Task<PictureHead?> WebpAsync()
    {
        PictureHead? head = null;
        var left = BinaryPrimitives.ReadUInt32LittleEndian(Have.Span[4..]) - 4L;
        await PassAsync(12);
        for (; left >= 8 && await EnsureAsync(8);)
        {
            var (length, type) = (BinaryPrimitives.ReadUInt32LittleEndian(Have.Span[4..]), System.Text.Encoding.Latin1.GetString(Have.Span[..4]));
            left -= 8 + length + (length & 1);
            if (left < 0)
                return null;
            if (type is "VP8X" or "VP8 " or "VP8L" && await EnsureAsync(8 + 10))
                head ??= SizeOf(type, Have.Span[8..]) is var (width, height) ? new("image/webp", width, height, true) : null;
            if (type == "VP8X" && Have.Length > 8)
                Have.Span[8] &= 0b_1111_0011; // neither EXIF nor XMP
            var draws = type is "VP8X" or "VP8 " or "VP8L" or "ALPH" or "ANIM" or "ANMF" or "ICCP";
            if (!draws)
                "IMXX"u8.CopyTo(Have.Span);
            await PassAsync(8);
            if (!await PassAsync(length + (length & 1), blank: !draws))
                return null;
        }
        return left <= 0 ? head : null;

        static (int Width, int Height)? SizeOf(string type, ReadOnlySpan<byte> data) => type switch
        {
            "VP8X" => (1 + (data[4] | data[5] << 8 | data[6] << 16), 1 + (data[7] | data[8] << 8 | data[9] << 16)),
            "VP8 " => (BinaryPrimitives.ReadUInt16LittleEndian(data[6..]) & 0x3FFF, BinaryPrimitives.ReadUInt16LittleEndian(data[8..]) & 0x3FFF),
            _ => BinaryPrimitives.ReadUInt32LittleEndian(data[1..]) is var bits ? ((int)(bits & 0x3FFF) + 1, (int)(bits >> 14 & 0x3FFF) + 1) : null,
        };
    }

    /// <summary>False where so many bytes do not come any more.</summary>
    private async ValueTask<bool> EnsureAsync(int count)
    {
        if (_end - _start >= count)
            return true;
        Have.CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        while (_end < count)
        {
            var read = await input.ReadAsync(_buffer.AsMemory(_end, BufferBytes - _end), _cancellationToken);
            if (read == 0)
                return false;
            _end += read;
        }
        return true;
    }

    private async ValueTask<bool> PassAsync(long count, bool blank = false)
    {
        while (count > 0)
        {
            if (_start == _end && !await EnsureAsync(1))
                return false;
            var part = (int)Math.Min(count, Math.Min(_end - _start, FlushBytes));
            if (blank)
                _buffer.AsSpan(_start, part).Clear();
            output.Write(_buffer.AsSpan(_start, part));
            (_start, count) = (_start + part, count - part);
            if (output.UnflushedBytes >= FlushBytes && (await output.FlushAsync(_cancellationToken)).IsCompleted)
                throw new OperationCanceledException("Nobody takes it any more.");
        }
        return true;
    }

    private async Task PassRestAsync(bool blank)
    {
        while (await PassAsync(FlushBytes, blank))
            ;
        await output.FlushAsync(_cancellationToken);
    }
}
