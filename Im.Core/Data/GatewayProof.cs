using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Im.Core.Data;

/// <summary>
/// How a node knows that a request came by the gateway, and may believe what it says of the client's address and of the page's host: a header that only who can read the
/// installation's secret can write. The gateway removes what a client sends under this name.
/// </summary>
public sealed class GatewayProof(IInstallationSecret secret)
{
    public const string Header = "X-Im-Gateway";

    public async ValueTask<string> CreateAsync()
    {
        var key = await secret.GetAsync();
        return Base64Url.EncodeToString(HMACSHA256.HashData(key, "gateway"u8));
    }

    public async ValueTask<bool> IsValidAsync(string? header)
    {
        if (header is null)
            return false;
        var proof = await CreateAsync();
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(header), Encoding.UTF8.GetBytes(proof));
    }
}
