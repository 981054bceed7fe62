using System.Buffers;
using System.Buffers.Binary;

namespace Im.Realtime.Connections;

/// <summary>
/// What waits for one client, as the bytes of unmasked WebSocket text frames (RFC 6455, 5.2), to go out with one write: up to 64 KiB, or one frame. The WebSocket itself would
/// make each frame a write of its own.
/// </summary>
internal readonly struct FrameRound
{
    private const byte FinalText = 0x81, Length16 = 126, Length64 = 127;
    private const int MaxHeaderBytes = 10, MaxBytes = 64 * 1024;

    private readonly byte[] _buffer;

    private FrameRound(byte[] buffer, int length, int payloadBytes) => (_buffer, Frames, PayloadBytes) = (buffer, buffer.AsMemory(0, length), payloadBytes);

    public ReadOnlyMemory<byte> Frames { get; }

    /// <summary>Without their headers.</summary>
    public int PayloadBytes { get; }

    /// <summary>False when nothing waits.</summary>
    public static bool TryTake(Queue<ReadOnlyMemory<byte>> payloads, out FrameRound round)
    {
        round = default;
        if (payloads.Count == 0)
            return false;
        var room = 0;
        foreach (var payload in payloads)
        {
            if (room > 0 && room + MaxHeaderBytes + payload.Length > MaxBytes)
                break;
            room += MaxHeaderBytes + payload.Length;
        }
        var buffer = ArrayPool<byte>.Shared.Rent(room);
        var (length, payloadBytes) = (0, 0);
        while (payloads.TryPeek(out var payload) && MaxHeaderBytes + payload.Length <= room)
        {
            payloads.Dequeue();
            room -= MaxHeaderBytes + payload.Length;
            length += WriteHeader(buffer.AsSpan(length), payload.Length);
            payload.Span.CopyTo(buffer.AsSpan(length));
            length += payload.Length;
            payloadBytes += payload.Length;
        }
        round = new(buffer, length, payloadBytes);
        return true;
    }

    /// <summary>Once <see cref="Frames"/> are written.</summary>
    public void Return() => ArrayPool<byte>.Shared.Return(_buffer);

    private static int WriteHeader(Span<byte> destination, int length)
    {
        destination[0] = FinalText;
        switch (length)
        {
            case < Length16:
                destination[1] = (byte)length;
                return 2;
            case <= ushort.MaxValue:
                destination[1] = Length16;
                BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)length);
                return 4;
            default:
                destination[1] = Length64;
                BinaryPrimitives.WriteUInt64BigEndian(destination[2..], (ulong)length);
                return 10;
        }
    }
}
