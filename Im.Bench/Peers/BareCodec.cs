using System.Text.Unicode;
using Im.Bench.Load;

namespace Im.Bench.Peers;

/// <summary>What the bare server passes on is made by the client: a message as Im delivers it, field by field.</summary>
internal sealed class BareCodec : Codec
{
    private readonly ImCodec _im = new(ImCodec.Newest);

    public override string Path => "/";

    public override string CookieName => _im.CookieName;

    public override ReadOnlySpan<byte> IdField => _im.IdField;

    public override bool TryTake(ref ReadOnlySpan<byte> data, out ReadOnlySpan<byte> record) => _im.TryTake(ref data, out record);

    public override RecordKind KindOf(ReadOnlySpan<byte> record) => _im.KindOf(record);

    public override int WriteMessage(Span<byte> target, Guid? toUser, in Mark mark)
    {
        _ = Utf8.TryWrite(target,
            $$$"""{"type":"event","conversation":"lobby","seq":{{{mark.Number}}},"kind":"text","id":"{{{mark.Id}}}","from":{"id":"{{{Guid.Empty}}}","nickname":"user-1"},"at":1790000000123,"node":"realtime-bench1","line":{{{mark.Number}}},"content":{"text":"{{{mark.Text}}}"},"via":{"ms":1.9,"node":"realtime-bench2"} }""",
            out var written);
        return written;
    }

    public override int WriteTyping(Span<byte> target, Guid toUser) => throw new NotSupportedException();
}
