using System.Buffers.Binary;

namespace Im.Bench.Load;

/// <summary>What a WebSocket frame is; the numbers are the wire's.</summary>
internal enum Opcode : byte
{
    Continuation = 0,
    Text = 1,
    Binary = 2,
    Close = 8,
    Ping = 9,
    Pong = 10,
}

/// <summary>WebSocket framing (RFC 6455), both directions, no more of it than the load engine and its bare server need.</summary>
internal static class WebSocketFrame
{
    public const int MaxHeaderBytes = 14;

    /// <summary>Takes one whole frame off the front of <paramref name="data"/>; false when it is not whole yet. Masked payloads are unmasked in place.</summary>
    public static bool TryRead(ref Span<byte> data, out Opcode opcode, out bool isFinal, out Span<byte> payload)
    {
        (opcode, isFinal) = (default, false);
        payload = default;
        if (data.Length < 2)
            return false;
        var masked = (data[1] & 0x80) != 0;
        long length = data[1] & 0x7F;
        var header = 2;
        if (length == 126)
        {
            if (data.Length < 4)
                return false;
            (length, header) = (BinaryPrimitives.ReadUInt16BigEndian(data[2..]), 4);
        }
        else if (length == 127)
        {
            if (data.Length < 10)
                return false;
            (length, header) = (BinaryPrimitives.ReadInt64BigEndian(data[2..]), 10);
        }
        var mask = header;
        if (masked)
            header += 4;
        if (data.Length < header + length)
            return false;
        payload = data.Slice(header, (int)length);
        if (masked)
            Unmask(payload, data.Slice(mask, 4));
        (opcode, isFinal) = ((Opcode)(data[0] & 0x0F), (data[0] & 0x80) != 0);
        data = data[(header + (int)length)..];
        return true;
    }

    /// <summary>A client's header, masked with the key 0, which leaves the payload as it is. Returns its length.</summary>
    public static int WriteClientHeader(Span<byte> target, Opcode opcode, int payloadBytes)
    {
        var length = WriteServerHeader(target, opcode, payloadBytes);
        target[1] |= 0x80;
        target.Slice(length, 4).Clear();
        return length + 4;
    }

    public static int WriteServerHeader(Span<byte> target, Opcode opcode, int payloadBytes)
    {
        target[0] = (byte)(0x80 | (byte)opcode);
        if (payloadBytes < 126)
        {
            target[1] = (byte)payloadBytes;
            return 2;
        }
        target[1] = 126;
        BinaryPrimitives.WriteUInt16BigEndian(target[2..], checked((ushort)payloadBytes));
        return 4;
    }

    private static void Unmask(Span<byte> payload, ReadOnlySpan<byte> key)
    {
        if (BinaryPrimitives.ReadUInt32LittleEndian(key) == 0)
            return;
        for (var index = 0; index < payload.Length; index++)
            payload[index] ^= key[index & 3];
    }
}
