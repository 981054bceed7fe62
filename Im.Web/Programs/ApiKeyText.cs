using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Im.Web.Programs;

/// <summary>How a key is written: <c>imk_</c>, its id in 32 hexadecimal digits, and 256 random bits in base64url.</summary>
internal static class ApiKeyText
{
    public const string Prefix = "imk_";
    private const int IdChars = 32, SecretBytes = 32, SecretChars = 43;

    public static (string Text, byte[] Hash) New(Guid id)
    {
        var secret = RandomNumberGenerator.GetBytes(SecretBytes);
        return ($"{Prefix}{id:N}{Base64Url.EncodeToString(secret)}", SHA256.HashData(secret));
    }

    public static bool TryParse(string text, out Guid id, [NotNullWhen(true)] out byte[]? hash)
    {
        (id, hash) = (default, null);
        Span<byte> secret = stackalloc byte[SecretBytes];
        if (text.Length != Prefix.Length + IdChars + SecretChars || !text.StartsWith(Prefix, StringComparison.Ordinal)
            || !Guid.TryParseExact(text.AsSpan(Prefix.Length, IdChars), "N", out id)
            || !Base64Url.TryDecodeFromChars(text.AsSpan(Prefix.Length + IdChars), secret, out var written) || written != SecretBytes)
            return false;
        hash = SHA256.HashData(secret);
        return true;
    }
}
