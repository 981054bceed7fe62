using System.Buffers.Text;
using System.Globalization;

namespace Im.Bench.Load;

/// <summary>
/// What the engine writes into the text of a message, to know it again among the bytes of a delivery without reading JSON: 36 hexadecimal digits after a <c>#</c>.
/// </summary>
/// <param name="Load">Which load it belongs to, so that stragglers of an earlier one are told apart.</param>
/// <param name="Number">0, 1, 2 … for each sender.</param>
/// <param name="SentAt">A <see cref="System.Diagnostics.Stopwatch"/> timestamp.</param>
internal readonly record struct Mark(uint Load, ushort Sender, uint Number, long SentAt)
{
    private const int IdDigits = 12;

    private static ReadOnlySpan<byte> Begin => "\"text\":\"#"u8;

    /// <summary>The text of the message: the mark, filled up to the 64 characters of a short chat line.</summary>
    public string Text => string.Create(CultureInfo.InvariantCulture, $"#{Load:x8}{Sender:x4}{Number:x8}{SentAt:x16} a line as people write");

    /// <summary>The client message id: a UUID in shape, different for each message of each load.</summary>
    public string Id => string.Create(CultureInfo.InvariantCulture, $"{Load:x8}-{Sender:x4}-4000-8000-{Number:x12}");

    public static bool TryFind(ReadOnlySpan<byte> record, out Mark mark)
    {
        var start = record.IndexOf(Begin);
        if (start < 0 || record.Length < start + Begin.Length + 36)
        {
            mark = default;
            return false;
        }
        var digits = record[(start + Begin.Length)..];
        mark = new((uint)Hex(digits[..8]), (ushort)Hex(digits[8..12]), (uint)Hex(digits[12..20]), Hex(digits[20..36]));
        return true;
    }

    /// <summary>The number in the id of an answer such as <c>"id":"…"</c>; <paramref name="name"/> with quotes and colon.</summary>
    public static bool TryFindId(ReadOnlySpan<byte> record, ReadOnlySpan<byte> name, out uint load, out uint number)
    {
        (load, number) = (0, 0);
        var start = record.IndexOf(name);
        if (start < 0 || record.Length < start + name.Length + 36)
            return false;
        var id = record.Slice(start + name.Length, 36);
        (load, number) = ((uint)Hex(id[..8]), (uint)Hex(id[^IdDigits..]));
        return true;
    }

    private static long Hex(ReadOnlySpan<byte> digits) => Utf8Parser.TryParse(digits, out long value, out _, 'x') ? value : -1;
}
