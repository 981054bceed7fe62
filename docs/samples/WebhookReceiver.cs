using System.Security.Cryptography;
using System.Text;

/// <summary>Whether a request came from a webhook of ours: what docs/protocol.md says of signatures, and nothing but .NET.</summary>
public static class WebhookReceiver
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    /// <param name="secret">As the page showed it once: <c>whsec_…</c>.</param>
    /// <param name="id">The header <c>webhook-id</c>; then <c>webhook-timestamp</c> and <c>webhook-signature</c>.</param>
    /// <param name="body">The body's bytes as they came: not parsed and written again.</param>
    public static bool IsOurs(string secret, string id, string timestamp, string signatures, ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        if (!long.TryParse(timestamp, out var seconds) || Math.Abs(now.ToUnixTimeSeconds() - seconds) > Tolerance.TotalSeconds)
            return false;
        var key = Convert.FromBase64String(secret["whsec_".Length..]);
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
        var expected = HMACSHA256.HashData(key, signed);
        return signatures.Split(' ').Any(signature => signature.StartsWith("v1,", StringComparison.Ordinal)
            && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(signature[3..]), Encoding.UTF8.GetBytes(Convert.ToBase64String(expected))));
    }
}
