using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Im.Core.Webhooks;

/// <summary>What a request is signed with, as Standard Webhooks has it: <c>v1,</c> and the Base64 of the HMAC-SHA256 of id, time and body, with full stops between them.</summary>
internal static class WebhookSignature
{
    /// <param name="at">Unix seconds.</param>
    public static string Of(byte[] secret, string id, long at, ReadOnlySpan<byte> body)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret);
        hmac.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{at}.")));
        hmac.AppendData(body);
        return $"v1,{Convert.ToBase64String(hmac.GetHashAndReset())}";
    }
}
