using System.Buffers.Binary;
using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Im.Tests.Notifications;

/// <summary>A push service, and the browsers behind it: takes what a server pushes as RFC 8030 has it, and decrypts it as a browser does (RFC 8291, 8188), with none of the code that encrypts.</summary>
internal sealed class PushService : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, PushBrowser> _browsers = [];

    private PushService(WebApplication app) => _app = app;

    public static async Task<PushService> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var service = new PushService(builder.Build());
        service._app.Run(service.TakeAsync);
        await service._app.StartAsync();
        return service;
    }

    /// <summary>Requests that were for no browser.</summary>
    public ConcurrentQueue<string> Strays { get; } = [];

    public PushBrowser NewBrowser()
    {
        var browser = new PushBrowser($"{_app.Urls.Single()}/push/{Guid.NewGuid():N}");
        _browsers[new Uri(browser.Endpoint).AbsolutePath] = browser;
        return browser;
    }

    private async Task TakeAsync(HttpContext context)
    {
        if (!_browsers.TryGetValue(context.Request.Path, out var browser))
        {
            Strays.Enqueue($"{context.Request.Method} {context.Request.Path}");
            return;
        }
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var status = browser.Statuses.TryDequeue(out var other) ? other : 201;
        context.Response.StatusCode = status;
        if (status is >= 300 and < 400)
            context.Response.Headers.Location = "/elsewhere";
        browser.Take(new(context.Request.Method, context.Request.Headers.ToDictionary(header => header.Key, header => $"{header.Value}", StringComparer.OrdinalIgnoreCase), body.ToArray(), status));
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}

/// <param name="Status">How it was answered.</param>
internal sealed record PushRequest(string Method, IReadOnlyDictionary<string, string> Headers, byte[] Body, int Status);

/// <summary>A browser's subscription, with the keys that it keeps to itself.</summary>
internal sealed class PushBrowser(string endpoint)
{
    private readonly ECDiffieHellman _key = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
    private readonly byte[] _auth = RandomNumberGenerator.GetBytes(16);
    private readonly Channel<PushRequest> _requests = Channel.CreateUnbounded<PushRequest>();

    public string Endpoint => endpoint;

    /// <summary>With what the next requests are answered; then with 201.</summary>
    public ConcurrentQueue<int> Statuses { get; } = [];

    /// <summary>As the page sends it.</summary>
    public object Subscription => new { endpoint, expirationTime = (long?)null, keys = new { p256dh = Base64Url.EncodeToString(PublicKey), auth = Base64Url.EncodeToString(_auth) } };

    private byte[] PublicKey => PointOf(_key.ExportParameters(false));

    /// <summary>What came and was not asked for yet.</summary>
    public IReadOnlyList<PushRequest> Pending
    {
        get
        {
            var pending = new List<PushRequest>();
            while (_requests.Reader.TryRead(out var request))
                pending.Add(request);
            return pending;
        }
    }

    public void Take(PushRequest request) => Assert.True(_requests.Writer.TryWrite(request));

    public async Task<PushRequest> NextRequestAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        return await _requests.Reader.ReadAsync(limit.Token);
    }

    /// <summary>What the next push says.</summary>
    public async Task<JsonElement> NextAsync() => Decrypt((await NextRequestAsync()).Body);

    public JsonElement Decrypt(byte[] body)
    {
        var (salt, size, sender, sealedText) = (body[..16], BinaryPrimitives.ReadUInt32BigEndian(body.AsSpan(16)), body[21..(21 + body[20])], body[(21 + body[20])..]);
        Assert.InRange(body.Length, 1, 4_096);
        Assert.InRange(sealedText.Length, 18, (int)size);
        using var theirs = ECDiffieHellman.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new() { X = sender[1..33], Y = sender[33..] } });
        var shared = _key.DeriveRawSecretAgreement(theirs.PublicKey);
        var secret = HKDF.DeriveKey(HashAlgorithmName.SHA256, shared, 32, _auth, [.. "WebPush: info\0"u8, .. PublicKey, .. sender]);
        var key = HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 16, salt, "Content-Encoding: aes128gcm\0"u8.ToArray());
        var nonce = HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 12, salt, "Content-Encoding: nonce\0"u8.ToArray());
        var text = new byte[sealedText.Length - 16];
        using var aes = new AesGcm(key, 16);
        aes.Decrypt(nonce, sealedText.AsSpan(0, text.Length), sealedText.AsSpan(text.Length), text);
        var end = Array.FindLastIndex(text, each => each != 0);
        Assert.Equal(2, text[end]); // of one record the last
        return JsonElement.Parse(text.AsSpan(0, end));
    }

    /// <summary>RFC 8292: signed with the key that is said, for this push service, not for long.</summary>
    public void CheckVapid(PushRequest request, string serverKey)
    {
        var parts = request.Headers["Authorization"].Split(' ', 2);
        Assert.Equal("vapid", parts[0], ignoreCase: true);
        var said = parts[1].Split(',', StringSplitOptions.TrimEntries).ToDictionary(part => part[..1], part => part[2..]);
        Assert.Equal(serverKey, said["k"]);
        var point = Base64Url.DecodeFromChars(said["k"]);
        using var key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new() { X = point[1..33], Y = point[33..] } });
        var token = said["t"].Split('.');
        Assert.True(key.VerifyData(Encoding.ASCII.GetBytes($"{token[0]}.{token[1]}"), Base64Url.DecodeFromChars(token[2]), HashAlgorithmName.SHA256));
        var claims = JsonElement.Parse(Base64Url.DecodeFromChars(token[1]));
        Assert.Equal($"{new Uri(endpoint).Scheme}://{new Uri(endpoint).Host}", claims.GetProperty("aud").GetString()); // the port is the usual one
        Assert.InRange(claims.GetProperty("exp").GetInt64() - DateTimeOffset.UtcNow.ToUnixTimeSeconds(), 1, 24 * 3_600);
    }

    private static byte[] PointOf(ECParameters parameters) => [4, .. parameters.Q.X!, .. parameters.Q.Y!];
}
