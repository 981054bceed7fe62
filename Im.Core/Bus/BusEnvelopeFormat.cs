using System.Buffers.Binary;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Im.Core.Bus;

/// <summary>
/// The bytes of an envelope on Redis; numbers are little-endian.
/// <code>
///  offset  bytes  field
///       0      1  version: 1. A reader drops what has another
///       1      1  kind
///       2      2  header length: where the payload begins. Fields added later stand before it, and a reader that does not know them skips them
///       4     16  trace id        } W3C trace context, zeros without one
///      20      8  parent span id  }
///      28      1  trace flags     }
///      29     16  conversation, in the order a UUID is written
///      45      8  sequence
///      53      8  accepted at, Unix microseconds
///      61    1+n  origin node, a length byte and UTF-8
///       …    1+n  connection, the same; length 0: none
///       …      8  line; missing in envelopes of before events
///       …      …  payload
/// </code>
/// </summary>
internal static class BusEnvelopeFormat
{
    private const byte Version = 1;
    private const int FixedBytes = 61;
    private const int LineBytes = 8;
    private const int LengthBytes = 4;

    /// <exception cref="ArgumentException">The node's or the connection's name is longer than 255 bytes.</exception>
    public static int GetLength(BusEnvelope envelope) => HeaderLength(envelope) + envelope.Payload.Length;

    /// <summary>Writes <see cref="GetLength"/> bytes.</summary>
    public static void Write(BusEnvelope envelope, Span<byte> destination)
    {
        var headerLength = HeaderLength(envelope);
        var header = destination[..headerLength];
        header.Clear();
        header[0] = Version;
        header[1] = (byte)envelope.Kind;
        BinaryPrimitives.WriteUInt16LittleEndian(header[2..], (ushort)headerLength);
        if (envelope.Trace != default)
        {
            envelope.Trace.TraceId.CopyTo(header[4..20]);
            envelope.Trace.SpanId.CopyTo(header[20..28]);
            header[28] = (byte)envelope.Trace.TraceFlags;
        }
        envelope.Conversation.Value.TryWriteBytes(header[29..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt64LittleEndian(header[45..], envelope.Seq);
        BinaryPrimitives.WriteInt64LittleEndian(header[53..], envelope.AcceptedAtMicros);
        var position = WriteName(envelope.OriginNode, header, FixedBytes);
        position = WriteName(envelope.Connection, header, position);
        BinaryPrimitives.WriteInt64LittleEndian(header[position..], envelope.Line);
        envelope.Payload.Span.CopyTo(destination[headerLength..]);
    }

    /// <summary>Reads without copying: the payload is a part of <paramref name="source"/>. False when it is no envelope of this version; the kind may be one nobody knows.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> source, [NotNullWhen(true)] out BusEnvelope? envelope)
    {
        envelope = null;
        var bytes = source.Span;
        if (bytes.Length < FixedBytes || bytes[0] != Version)
            return false;
        var headerLength = BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]);
        if (headerLength > bytes.Length)
            return false;
        var position = FixedBytes;
        if (!TryReadName(bytes[..headerLength], ref position, out var node) || !TryReadName(bytes[..headerLength], ref position, out var connection))
            return false;
        envelope = new((BusKind)bytes[1], node, source[headerLength..])
        {
            Trace = ReadTrace(bytes),
            Conversation = new(new Guid(bytes[29..45], bigEndian: true)),
            Seq = BinaryPrimitives.ReadInt64LittleEndian(bytes[45..]),
            AcceptedAtMicros = BinaryPrimitives.ReadInt64LittleEndian(bytes[53..]),
            Connection = connection.Length == 0 ? null : connection,
            Line = headerLength - position >= LineBytes ? BinaryPrimitives.ReadInt64LittleEndian(bytes[position..]) : 0,
        };
        return true;
    }

    /// <summary>Envelopes as one, of the kind <see cref="BusKind.Several"/>.</summary>
    public static BusEnvelope Join(IReadOnlyList<BusEnvelope> envelopes)
    {
        var payload = new byte[envelopes.Sum(envelope => LengthBytes + GetLength(envelope))];
        var rest = payload.AsSpan();
        foreach (var envelope in envelopes)
        {
            var length = GetLength(envelope);
            BinaryPrimitives.WriteInt32LittleEndian(rest, length);
            Write(envelope, rest.Slice(LengthBytes, length));
            rest = rest[(LengthBytes + length)..];
        }
        return new(BusKind.Several, envelopes[0].OriginNode, payload);
    }

    /// <summary>What <see cref="Join"/> put together, one after the other without copying; false where nothing more is, or nothing that can be read.</summary>
    public static bool TrySplit(ref ReadOnlyMemory<byte> rest, [NotNullWhen(true)] out BusEnvelope? envelope)
    {
        envelope = null;
        if (rest.Length < LengthBytes || BinaryPrimitives.ReadInt32LittleEndian(rest.Span) is var length && (length < 0 || length > rest.Length - LengthBytes))
            return false;
        var isRead = TryRead(rest.Slice(LengthBytes, length), out envelope);
        rest = rest[(LengthBytes + length)..];
        return isRead;
    }

    private static ActivityContext ReadTrace(ReadOnlySpan<byte> bytes) => bytes[4..28].IndexOfAnyExcept((byte)0) < 0
        ? default
        : new(ActivityTraceId.CreateFromBytes(bytes[4..20]), ActivitySpanId.CreateFromBytes(bytes[20..28]), (ActivityTraceFlags)bytes[28], isRemote: true);

    private static int HeaderLength(BusEnvelope envelope) => FixedBytes + 2 + NameLength(envelope.OriginNode) + NameLength(envelope.Connection) + LineBytes;

    private static int NameLength(string? name)
    {
        var length = name is null ? 0 : Encoding.UTF8.GetByteCount(name);
        return length <= byte.MaxValue ? length : throw new ArgumentException("A name on the bus is at most 255 bytes long.", nameof(name));
    }

    private static int WriteName(string? name, Span<byte> destination, int position)
    {
        var length = Encoding.UTF8.GetBytes(name, destination[(position + 1)..]);
        destination[position] = (byte)length;
        return position + 1 + length;
    }

    private static bool TryReadName(ReadOnlySpan<byte> header, ref int position, out string name)
    {
        name = "";
        if (position >= header.Length || position + 1 + header[position] > header.Length)
            return false;
        name = Encoding.UTF8.GetString(header.Slice(position + 1, header[position]));
        position += 1 + header[position];
        return true;
    }
}
