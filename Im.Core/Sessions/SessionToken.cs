using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Im.Protocol;

namespace Im.Core.Sessions;

/// <summary>
/// What a cookie holds: base64url of the session's 16 bytes of public id and 32 random bytes, 64 characters. The id finds the session in one read and makes each
/// operation one on a single key; the rest is the secret. Only the SHA-256 of the whole is stored.
/// </summary>
internal readonly record struct SessionToken(string Text, string SessionId, string Hash)
{
    private const int IdBytes = 16, SecretBytes = 32, TextChars = 64, SessionIdChars = 22;

    private const string BearerPrefix = "imt_", WidgetPrefix = "imx_", ConnectPrefix = ProtocolLimits.ConnectTicketPrefix;

    public static string NewSessionId() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(IdBytes));

    public static bool IsSessionId([NotNullWhen(true)] string? text) => text is { Length: SessionIdChars } && Base64Url.IsValid(text, out var bytes) && bytes == IdBytes;

    public static SessionToken New(string sessionId)
    {
        Span<byte> bytes = stackalloc byte[IdBytes + SecretBytes];
        Base64Url.DecodeFromChars(sessionId, bytes);
        RandomNumberGenerator.Fill(bytes[IdBytes..]);
        return new(Base64Url.EncodeToString(bytes), sessionId, HashOf(bytes));
    }

    public static bool TryParse([NotNullWhen(true)] string? text, out SessionToken token)
    {
        Span<byte> bytes = stackalloc byte[IdBytes + SecretBytes];
        token = default;
        if (text is not { Length: TextChars } || !Base64Url.TryDecodeFromChars(text, bytes, out var written) || written != bytes.Length)
            return false;
        token = new(text, Base64Url.EncodeToString(bytes[..IdBytes]), HashOf(bytes));
        return true;
    }

    /// <summary>A one-time key of 256 bits and the hash it is stored under.</summary>
    public static (string Text, string Hash) NewTicket()
    {
        var bytes = RandomNumberGenerator.GetBytes(SecretBytes);
        return (Base64Url.EncodeToString(bytes), HashOf(bytes));
    }

    public static bool TryHashTicket(string? text, [NotNullWhen(true)] out string? hash)
    {
        Span<byte> bytes = stackalloc byte[SecretBytes];
        hash = text is { Length: 43 } && Base64Url.TryDecodeFromChars(text, bytes, out var written) && written == bytes.Length ? HashOf(bytes) : null;
        return hash is not null;
    }

    /// <summary>The same with a beginning by which people and secret scanners know it.</summary>
    public static (string Text, string Hash) NewBearer()
    {
        var (text, hash) = NewTicket();
        return (BearerPrefix + text, hash);
    }

    public static bool TryHashBearer(string? text, [NotNullWhen(true)] out string? hash)
    {
        hash = null;
        return text is not null && text.StartsWith(BearerPrefix, StringComparison.Ordinal) && TryHashTicket(text[BearerPrefix.Length..], out hash);
    }

    /// <summary>The same for a connection to one node.</summary>
    public static (string Text, string Hash) NewConnectTicket()
    {
        var (text, hash) = NewTicket();
        return (ConnectPrefix + text, hash);
    }

    public static bool TryHashConnectTicket(string? text, [NotNullWhen(true)] out string? hash)
    {
        hash = null;
        return text is not null && text.StartsWith(ConnectPrefix, StringComparison.Ordinal) && TryHashTicket(text[ConnectPrefix.Length..], out hash);
    }

    /// <summary>The same for a widget.</summary>
    public static (string Text, string Hash) NewWidget()
    {
        var (text, hash) = NewTicket();
        return (WidgetPrefix + text, hash);
    }

    public static bool TryHashWidget(string? text, [NotNullWhen(true)] out string? hash)
    {
        hash = null;
        return text is not null && text.StartsWith(WidgetPrefix, StringComparison.Ordinal) && TryHashTicket(text[WidgetPrefix.Length..], out hash);
    }

    private static string HashOf(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return Base64Url.EncodeToString(hash);
    }

    /// <summary>Never the secret, wherever this ends up.</summary>
    public override string ToString() => SessionId;
}
