using System.Text.Unicode;
using Im.Bench.Load;
using Im.Core.Sessions;

namespace Im.Bench.Peers;

/// <summary>Im's frames, as in docs/protocol.md.</summary>
/// <param name="version">Of the protocol: the page's, or the first, which is all that a build of before it knows.</param>
internal sealed class ImCodec(int version) : Codec
{
    public const int Newest = 2;


    private static ReadOnlySpan<byte> Begin => "{\"type\":\""u8;

    public override string Path => "/ws";

    public override string CookieName => SessionCookie.FormerName;

    public override string? SubProtocol => version == 1 ? null : $"im.v{version}";

    public override ReadOnlySpan<byte> IdField => "\"id\":\""u8;

    // One frame is one record.
    public override bool TryTake(ref ReadOnlySpan<byte> data, out ReadOnlySpan<byte> record)
    {
        record = data;
        data = [];
        return !record.IsEmpty;
    }

    public override RecordKind KindOf(ReadOnlySpan<byte> record)
    {
        if (!record.StartsWith(Begin))
            return RecordKind.Other;
        var type = record[Begin.Length..];
        return type.StartsWith("event\""u8) || type.StartsWith("message\""u8) ? RecordKind.Message
            : type.StartsWith("ack\""u8) ? RecordKind.Ack
            : type.StartsWith("typing\""u8) ? RecordKind.Typing
            : type.StartsWith("lines\""u8) || type.StartsWith("history\""u8) ? RecordKind.History
            : type.StartsWith("ready\""u8) ? RecordKind.Ready
            : type.StartsWith("error\""u8) ? RecordKind.Error
            : RecordKind.Other;
    }

    public override int WriteMessage(Span<byte> target, Guid? toUser, in Mark mark)
    {
        int written;
        if (version > 1)
        {
            _ = toUser is { } other
                ? Utf8.TryWrite(target, $$$"""{"type":"post","id":"{{{mark.Id}}}","user":"{{{other}}}","kind":"text","content":{"text":"{{{mark.Text}}}"}}""", out written)
                : Utf8.TryWrite(target, $$$"""{"type":"post","id":"{{{mark.Id}}}","conversation":"lobby","kind":"text","content":{"text":"{{{mark.Text}}}"}}""", out written);
            return written;
        }
        _ = toUser is { } user
            ? Utf8.TryWrite(target, $$"""{"type":"send","id":"{{mark.Id}}","user":"{{user}}","text":"{{mark.Text}}"}""", out written)
            : Utf8.TryWrite(target, $$"""{"type":"send","id":"{{mark.Id}}","conversation":"lobby","text":"{{mark.Text}}"}""", out written);
        return written;
    }

    public override int WriteTyping(Span<byte> target, Guid toUser)
    {
        _ = Utf8.TryWrite(target, $$"""{"type":"typing","user":"{{toUser}}"}""", out var written);
        return written;
    }
}
