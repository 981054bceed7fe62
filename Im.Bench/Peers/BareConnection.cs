using System.Net.Sockets;
using Im.Bench.Load;

namespace Im.Bench.Peers;

/// <summary>One socket of the bare server: a client's, or the link to the other node.</summary>
internal sealed class BareConnection(Socket socket, bool isLink)
{
    private byte[] _out = new byte[4096];
    private int _waiting;

    public int Descriptor { get; } = (int)socket.Handle;

    /// <summary>To or from the other node: what it brings is not sent back.</summary>
    public bool IsLink { get; set; } = isLink;

    public bool IsUpgraded { get; set; } = isLink;

    public byte[] Partial { get; set; } = [];

    public void Append(ReadOnlySpan<byte> frame)
    {
        if (_waiting + frame.Length > _out.Length)
            Array.Resize(ref _out, Math.Max(_out.Length * 2, _waiting + frame.Length));
        frame.CopyTo(_out.AsSpan(_waiting));
        _waiting += frame.Length;
    }

    /// <summary>One write for all that was appended; what the socket does not take waits for the next round.</summary>
    /// <returns>Whether everything is written.</returns>
    public bool Flush()
    {
        if (_waiting == 0)
            return true;
        var sent = Posix.Send(Descriptor, _out.AsSpan(0, _waiting));
        if (sent <= 0)
            return false;
        _out.AsSpan(sent, _waiting - sent).CopyTo(_out);
        _waiting -= sent;
        return _waiting == 0;
    }

    public void Close() => socket.Dispose();
}
