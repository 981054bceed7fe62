using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Im.Core.Clocks;
using StackExchange.Redis;

namespace Im.Core.Data;

/// <summary>
/// How a node knows that a request came by the gateway, and may believe what it says of the client's address and of the page: a header that only who can read the
/// installation's secret can write. It holds for one address and one page, and for <see cref="Lifetime"/>. The gateway removes what a client sends under this name.
/// </summary>
public sealed class GatewayProof(IInstallationSecret secret, StoreTime time)
{
    public const string Header = "X-Im-Gateway";

    /// <summary>From the gateway's forwarding to the node's look at it. The time is the store's, so no machine's clock matters.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    /// <param name="address">The client's, as in <c>X-Forwarded-For</c>.</param>
    /// <param name="scheme">As in <c>X-Forwarded-Proto</c>.</param>
    /// <param name="host">As in <c>X-Forwarded-Host</c>.</param>
    /// <returns>The header's value; null while Redis does not say what time it is.</returns>
    public async ValueTask<string?> CreateAsync(string? address, string? scheme, string? host) =>
        await NowAsync() is { } now ? await SignAsync(now.ToUnixTimeSeconds(), address, scheme, host) : null;

    public async ValueTask<bool> IsValidAsync(string? header, string? address, string? scheme, string? host)
    {
        if (header?.Split('.') is not [var written, _] || !long.TryParse(written, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || await NowAsync() is not { } now)
            return false;
        var expected = await SignAsync(seconds, address, scheme, host);
        return Math.Abs(now.ToUnixTimeSeconds() - seconds) <= Lifetime.TotalSeconds && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(header), Encoding.UTF8.GetBytes(expected));
    }

    private async ValueTask<string> SignAsync(long seconds, string? address, string? scheme, string? host)
    {
        var key = await secret.GetAsync();
        // None of the parts can hold a line break.
        var signature = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"gateway\n{seconds}\n{address}\n{scheme}\n{host}"));
        return $"{seconds}.{Base64Url.EncodeToString(signature)}";
    }

    private async ValueTask<DateTimeOffset?> NowAsync()
    {
        try
        {
            return await time.NowAsync();
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            return null;
        }
    }
}
