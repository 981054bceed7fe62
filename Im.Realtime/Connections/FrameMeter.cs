namespace Im.Realtime.Connections;

/// <summary>
/// Follows a client's WebSocket frames by their headers (RFC 6455, 5.2), however their bytes are cut into reads, and counts those that are no whole message: pings, pongs, closes,
/// fragments and empty ones. The WebSocket above answers or joins them and says nothing of them. Looks at headers alone: it costs a message a few nanoseconds.
/// </summary>
internal struct FrameMeter
{
    private const byte FinalText = 0x81, Masked = 0x80, Length16 = 126, Length64 = 127;
    private const int MaskBytes = 4;

    private enum Part : byte { Opcode, Length, LongLength }

    private long _left; // of the frame's payload and mask, still to come
    private Part _next;
    private byte _lengthBytes;
    private bool _isMasked, _isMessage;

    /// <summary>How many such frames began in these bytes, which follow those of the call before.</summary>
    public int Count(ReadOnlySpan<byte> bytes)
    {
        var others = 0;
        while (!bytes.IsEmpty)
        {
            if (_next == Part.Opcode && _left > 0)
            {
                var skipped = (int)Math.Min(_left, bytes.Length);
                _left -= skipped;
                bytes = bytes[skipped..];
                continue;
            }
            var one = bytes[0];
            bytes = bytes[1..];
            switch (_next)
            {
                case Part.Opcode:
                    (_isMessage, _next) = (one == FinalText, Part.Length);
                    break;
                case Part.Length:
                    var length = one & ~Masked;
                    _isMasked = (one & Masked) != 0;
                    if (!_isMessage || length == 0)
                        others++;
                    _lengthBytes = (byte)(length switch { Length16 => 2, Length64 => 8, _ => 0 });
                    _left = _lengthBytes == 0 ? length : 0;
                    Advance();
                    break;
                default:
                    _left = ((_left << 8) | one) & long.MaxValue;
                    _lengthBytes--;
                    Advance();
                    break;
            }
        }
        return others;
    }

    private void Advance()
    {
        _next = _lengthBytes > 0 ? Part.LongLength : Part.Opcode;
        if (_next == Part.Opcode && _isMasked)
            _left = Math.Min(_left, long.MaxValue - MaskBytes) + MaskBytes;
    }
}
