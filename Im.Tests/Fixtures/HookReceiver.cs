using Im.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Im.Tests.Fixtures;

/// <summary>Somebody's server that a webhook sends to: keeps what came, and answers what it is told to.</summary>
internal sealed class HookReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;

    private HookReceiver(WebApplication app) => _app = app;

    /// <summary>What came, in the order in which it came.</summary>
    public Recorder<HookRequest> Came { get; } = new(() => "receiver", request => $"{request.Id} {request.Text}");

    /// <summary>What a request is answered with.</summary>
    public Func<HookRequest, HttpContext, Task> Answer { get; set; } = (_, _) => Task.CompletedTask;

    public Uri Address { get; private set; } = null!;

    public static async Task<HookReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var receiver = new HookReceiver(app);
        app.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            string HeaderOf(string name) => context.Request.Headers[name].ToString();
            var request = new HookRequest(HeaderOf("webhook-id"), HeaderOf("webhook-timestamp"), HeaderOf("webhook-signature"), $"{context.Request.Path}{context.Request.QueryString}", body.ToArray());
            receiver.Came.Add(request);
            await receiver.Answer(request, context);
        });
        await app.StartAsync();
        receiver.Address = new(app.Urls.Single());
        return receiver;
    }

    public Task<HookRequest> WaitForAsync(Func<HookRequest, bool> wanted, string what) => Came.WaitForAsync(wanted, TimeSpan.FromSeconds(30), what);

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}

internal sealed record HookRequest(string Id, string Timestamp, string Signatures, string Path, byte[] Body)
{
    public Im.Protocol.EventFrame Event { get; } = (Im.Protocol.EventFrame)Im.Protocol.ServerFrameReader.Read(Body, Im.Protocol.ProtocolLimits.Version)!;

    public string? Text => Event.Text;
}
