using System.Buffers.Binary;
using System.Diagnostics;
using CsCheck;
using Im.Tests.Fixtures;
using Im.Core.Bus;

namespace Im.Tests.Bus;

public sealed class BusEnvelopeFormatTests
{
    private static readonly Gen<BusEnvelope> Envelopes =
        from kind in Gen.Enum<BusKind>()
        from node in Gen.String[Gen.Char.AlphaNumeric, 1, 60]
        from connection in Gen.String[Gen.Char['一', '龥'], 0, 60]
        from payload in Gen.Byte.Array[0, 300]
        from conversation in Gen.Guid
        from seq in Gen.Long
        from micros in Gen.Long
        from traced in Gen.Bool
        select new BusEnvelope(kind, node, payload)
        {
            Conversation = new(conversation),
            Seq = seq,
            AcceptedAtMicros = micros,
            Connection = connection.Length == 0 ? null : connection,
            Trace = traced ? new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded, isRemote: true) : default,
        };

    [Fact]
    public void What_was_written_is_read_back() => Envelopes.ForEach(written =>
    {
        Assert.True(BusEnvelopeFormat.TryRead(Write(written), out var read));
        Assert.Equal(written with { Payload = default }, read with { Payload = default });
        Assert.Equal(written.Payload.Span, read.Payload.Span);
    });

    [Fact]
    public void The_payload_is_not_copied()
    {
        var bytes = Write(new(BusKind.Frame, "realtime-1", "hello"u8.ToArray()));
        Assert.True(BusEnvelopeFormat.TryRead(bytes, out var read));
        bytes[^1] = (byte)'!';
        Assert.Equal("hell!"u8, read.Payload.Span);
    }

    [Fact]
    public void Header_fields_of_the_future_are_skipped() => Gen.Select(Envelopes, Gen.Byte.Array[1, 50]).ForEach((written, future) =>
    {
        var bytes = Write(written);
        var headerLength = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(2));
        byte[] longer = [.. bytes[..headerLength], .. future, .. bytes[headerLength..]];
        BinaryPrimitives.WriteUInt16LittleEndian(longer.AsSpan(2), (ushort)(headerLength + future.Length));
        Assert.True(BusEnvelopeFormat.TryRead(longer, out var read));
        Assert.Equal(written.Payload.Span, read.Payload.Span);
        Assert.Equal(written.Connection, read.Connection);
    });

    [Fact]
    public void Another_version_is_refused()
    {
        var bytes = Write(new(BusKind.Frame, "realtime-1", default));
        bytes[0] = 2;
        Assert.False(BusEnvelopeFormat.TryRead(bytes, out _));
    }

    [Fact]
    public void Garbage_never_throws() => Gen.Byte.Array[0, 200].ForEach(bytes => { BusEnvelopeFormat.TryRead(bytes, out _); }, count: 10_000);

    [Fact]
    public void Cut_or_changed_envelopes_never_throw() => Gen.Select(Envelopes, Gen.Int[0, 400], Gen.Byte, Gen.Int[0, 400]).ForEach((envelope, position, value, length) =>
    {
        var bytes = Write(envelope);
        bytes[position % bytes.Length] = value;
        BusEnvelopeFormat.TryRead(bytes.AsMemory(0, Math.Min(length, bytes.Length)), out _);
    }, count: 10_000);

    [Fact]
    public void Several_envelopes_are_one_and_are_read_back_in_their_order() => Envelopes.Array[1, 20].ForEach(written =>
    {
        Assert.True(BusEnvelopeFormat.TryRead(Write(BusEnvelopeFormat.Join(written)), out var several));
        Assert.Equal((BusKind.Several, written[0].OriginNode), (several.Kind, several.OriginNode));
        var rest = several.Payload;
        foreach (var envelope in written)
        {
            Assert.True(BusEnvelopeFormat.TrySplit(ref rest, out var read));
            Assert.Equal(envelope with { Payload = default }, read with { Payload = default });
            Assert.Equal(envelope.Payload.Span, read.Payload.Span);
        }
        Assert.True(rest.IsEmpty);
    });

    [Fact]
    public void Several_that_are_cut_or_changed_never_throw_and_end() => Gen.Select(Envelopes.Array[1, 5], Gen.Int[0, 2_000], Gen.Byte, Gen.Int[0, 2_000]).ForEach((envelopes, position, value, length) =>
    {
        var bytes = BusEnvelopeFormat.Join(envelopes).Payload.ToArray();
        bytes[position % bytes.Length] = value;
        ReadOnlyMemory<byte> rest = bytes.AsMemory(0, Math.Min(length, bytes.Length));
        var read = 0;
        while (BusEnvelopeFormat.TrySplit(ref rest, out _))
            read++;
        Assert.InRange(read, 0, bytes.Length / 61);
    }, count: 10_000);

    [Fact]
    public void A_name_too_long_for_its_length_byte_is_refused_when_written() =>
        Assert.Throws<ArgumentException>(() => Write(new(BusKind.Frame, new('n', 256), default)));

    private static byte[] Write(BusEnvelope envelope)
    {
        var bytes = new byte[BusEnvelopeFormat.GetLength(envelope)];
        BusEnvelopeFormat.Write(envelope, bytes);
        return bytes;
    }
}
