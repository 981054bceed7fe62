using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Im.Web.Programs;

/// <summary>How a key is written, and the secret of a webhook that posts: its prefix, such as <c>imk_</c>, its id in 32 hexadecimal digits, and 256 random bits in base64url.</summary>
internal static class ApiKeyText
{
    public const string Prefix = "imk_";

    /// <summary>All prefixes are as long.</summary>
    private const int PrefixChars = 4;
    private const int IdChars = 32, SecretBytes = 32, SecretChars = 43;

    public static (string Text, byte[] Hash) New(Guid id)
    {
        var secret = RandomNumberGenerator.GetBytes(SecretBytes);
        return (Of(id, secret, Prefix), SHA256.HashData(secret));
    }

    public static string Of(Guid id, byte[] secret, string prefix) => $"{prefix}{id:N}{Base64Url.EncodeToString(secret)}";

    public static bool TryParse(string text, out Guid id, [NotNullWhen(true)] out byte[]? hash, string prefix = Prefix)
    {
        (id, hash) = (default, null);
        Span<byte> secret = stackalloc byte[SecretBytes];
        if (text.Length != PrefixChars + IdChars + SecretChars || !text.StartsWith(prefix, StringComparison.Ordinal)
            || !Guid.TryParseExact(text.AsSpan(PrefixChars, IdChars), "N", out id)
            || !Base64Url.TryDecodeFromChars(text.AsSpan(PrefixChars + IdChars), secret, out var written) || written != SecretBytes)
            return false;
        hash = SHA256.HashData(secret);
        return true;
    }
}
