using System.Net.WebSockets;
using System.Text;
using Im.Protocol;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Im.Tests.Web;

/// <summary>What the gateway sees of a node: <c>/alive</c> and <c>/ws</c>, which says the node's name and then echoes; it can hang, refuse and die.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    private readonly WebApplication _app;
    private volatile TaskCompletionSource? _hang;

    private TestNode(string name, WebApplication app)
    {
        Name = name;
        _app = app;
        Address = app.Urls.Single();
    }

    public string Name { get; }
    public string Address { get; }
    public NodeInfo Info => new(Name, Address, 0, Live: !Draining);
    public bool Draining { get; set; }
    public bool RefusesHandshakes { get; set; }
    public IHeaderDictionary? LastHandshake { get; private set; }
    public string? LastTraceParent => LastHandshake?.TraceParent;

    public static async Task<TestNode> StartAsync(string name, string url = "http://127.0.0.1:0")
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(url);
        builder.Logging.ClearProviders();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromMilliseconds(100));
        var app = builder.Build();
        TestNode? node = null;
        app.UseWebSockets();
        app.Use(async (context, next) =>
        {
            await (node!._hang?.Task.WaitAsync(context.RequestAborted) ?? Task.CompletedTask);
            await next(context);
        });
        app.MapGet("/alive", () => "Healthy");
        app.Map("/ws", context => node!.ServeAsync(context));
        await app.StartAsync();
        return node = new(name, app);
    }

    /// <summary>As SIGSTOP does: connections are accepted, nothing is answered.</summary>
    public void Hang() => _hang = new();

    public void Resume()
    {
        var hang = _hang;
        _hang = null;
        hang?.SetResult();
    }

    public async ValueTask DisposeAsync()
    {
        Resume();
        await _app.DisposeAsync();
    }

    private async Task ServeAsync(HttpContext context)
    {
        if (RefusesHandshakes)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }
        LastHandshake = new HeaderDictionary(context.Request.Headers.ToDictionary(header => header.Key, header => header.Value));
        using var socket = await context.WebSockets.AcceptWebSocketAsync(context.WebSockets.WebSocketRequestedProtocols.FirstOrDefault());
        await socket.SendAsync(Encoding.UTF8.GetBytes(Name), WebSocketMessageType.Text, true, default);
        var buffer = new byte[64 * 1024];
        try
        {
            while (true)
            {
                var received = await socket.ReceiveAsync(buffer, context.RequestAborted);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    await socket.CloseAsync(received.CloseStatus!.Value, received.CloseStatusDescription, default);
                    return;
                }
                if (received.Count == 10 && Encoding.UTF8.GetString(buffer, 0, 5) == "close")
                {
                    await socket.CloseAsync((WebSocketCloseStatus)int.Parse(Encoding.UTF8.GetString(buffer, 6, 4), System.Globalization.CultureInfo.InvariantCulture), "as asked", default);
                    return;
                }
                await socket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, default);
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            // the other side is gone
        }
    }
}
