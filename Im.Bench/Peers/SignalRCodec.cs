using System.Text.Unicode;
using Im.Bench.Load;

namespace Im.Bench.Peers;

/// <summary>SignalR's JSON hub protocol: records end with the byte 0x1E, and one WebSocket message may carry several.</summary>
internal sealed class SignalRCodec : Codec
{
    private const byte RecordEnd = 0x1E;

    private static ReadOnlySpan<byte> Invocation => "{\"type\":1,\"target\":\""u8;

    public override string Path => "/chat";

    public override string CookieName => SignalRSessions.CookieName;

    public override ReadOnlySpan<byte> Opening => "{\"protocol\":\"json\",\"version\":1}\u001e"u8;

    public override ReadOnlySpan<byte> KeepAlive => "{\"type\":6}\u001e"u8;

    public override ReadOnlySpan<byte> IdField => "\"invocationId\":\""u8;

    public override bool TryTake(ref ReadOnlySpan<byte> data, out ReadOnlySpan<byte> record)
    {
        var end = data.IndexOf(RecordEnd);
        if (end < 0)
        {
            record = [];
            return data.IsEmpty ? false : throw new LoadException("A SignalR record goes on in the next message.");
        }
        record = data[..end];
        data = data[(end + 1)..];
        return true;
    }

    public override RecordKind KindOf(ReadOnlySpan<byte> record)
    {
        if (record.StartsWith("{\"type\":3,"u8))
            return record.IndexOf("\"error\":"u8) < 0 ? RecordKind.Ack : RecordKind.Error;
        if (!record.StartsWith(Invocation))
            return record.StartsWith("{\"type\":7"u8) || record.StartsWith("{\"error\":"u8) ? RecordKind.Error : RecordKind.Other;
        var target = record[Invocation.Length..];
        return target.StartsWith("message\""u8) ? RecordKind.Message
            : target.StartsWith("typing\""u8) ? RecordKind.Typing
            : target.StartsWith("ready\""u8) ? RecordKind.Ready
            : RecordKind.Other;
    }

    public override int WriteMessage(Span<byte> target, Guid? toUser, in Mark mark)
    {
        int written;
        _ = toUser is { } user
            ? Utf8.TryWrite(target, $$"""{"type":1,"invocationId":"{{mark.Id}}","target":"SendTo","arguments":["{{mark.Id}}","{{user}}","{{mark.Text}}"]}""", out written)
            : Utf8.TryWrite(target, $$"""{"type":1,"invocationId":"{{mark.Id}}","target":"Send","arguments":["{{mark.Id}}","{{mark.Text}}"]}""", out written);
        target[written] = RecordEnd;
        return written + 1;
    }

    public override int WriteTyping(Span<byte> target, Guid toUser)
    {
        _ = Utf8.TryWrite(target, $$"""{"type":1,"target":"Typing","arguments":["{{toUser}}"]}""", out var written);
        target[written] = RecordEnd;
        return written + 1;
    }
}
