using System.Collections.Concurrent;
using System.Threading.Channels;
using Im.Protocol;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Im.Tests.Client;

/// <summary>A node and its HTTP API, played by the test over real sockets: the test accepts each connection and says what the node says.</summary>
internal sealed class ScriptedNode : IAsyncDisposable
{
    private readonly Channel<NodeSide> _accepted = Channel.CreateUnbounded<NodeSide>();
    private WebApplication _app = null!;
    private int _logins;

    public Uri Address { get; private set; } = null!;

    /// <summary>Whom the session belongs to.</summary>
    public UserInfo? User { get; set; }

    public List<ConversationInfo> Conversations { get; } = [];

    /// <summary>Answers an upgrade with this status instead.</summary>
    public int? RefuseWith { get; set; }

    /// <summary>Answers the API with this problem instead.</summary>
    public ProblemBody? Problem { get; set; }

    public ConcurrentQueue<string> Requests { get; } = [];

    public static async Task<ScriptedNode> StartAsync()
    {
        var node = new ScriptedNode();
        for (var tries = 0; ; tries++)
        {
            var port = Random.Shared.Next(23_000, 23_500);
            try
            {
                node._app = node.Build();
                node._app.Urls.Add($"http://127.0.0.1:{port}");
                await node._app.StartAsync();
                node.Address = new($"http://127.0.0.1:{port}");
                return node;
            }
            catch (IOException) when (tries < 50)
            {
                await node._app.DisposeAsync(); // the port is somebody else's
            }
        }
    }

    /// <summary>The next connection, before hello.</summary>
    public Task<NodeSide> AcceptAsync() => _accepted.Reader.ReadAsync().AsTask().WaitAsync(Bounded.Time);

    public async ValueTask DisposeAsync()
    {
        while (_accepted.Reader.TryRead(out var side))
            side.Abort();
        await _app.DisposeAsync();
    }

    private WebApplication Build()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseShutdownTimeout(TimeSpan.Zero);
        var app = builder.Build();
        app.UseWebSockets();
        app.Use((context, next) =>
        {
            Requests.Enqueue($"{context.Request.Method} {context.Request.Path}");
            return Problem is { } problem && context.Request.Path.StartsWithSegments("/api")
                ? Results.Json(problem, ProtocolJson.Wire.ProblemBody, "application/problem+json", problem.Status).ExecuteAsync(context) : next();
        });
        app.MapGet("/ws", UpgradeAsync);
        app.MapGet("/api/me", context =>
        {
            if (!context.Request.Cookies.ContainsKey("im_session"))
                GiveCookie(context, "guest");
            return Results.Json(new MeResponse(User, "s-0"), ProtocolJson.Wire.MeResponse).ExecuteAsync(context);
        });
        app.MapPut("/api/me", async context =>
        {
            var body = await context.Request.ReadFromJsonAsync(ProtocolJson.Wire.ProfileRequest);
            await Results.Json(User = User! with { Brief = body!.Brief ?? User!.Brief }, ProtocolJson.Wire.UserInfo).ExecuteAsync(context);
        });
        app.MapPost("/api/login", async context =>
        {
            var body = await context.Request.ReadFromJsonAsync(ProtocolJson.Wire.LoginRequest);
            User = new(Guid.CreateVersion7(), body!.Nickname, body.Brief ?? "");
            GiveCookie(context, $"login-{++_logins}");
            await Results.Json(new LoginResponse(User, true), ProtocolJson.Wire.LoginResponse).ExecuteAsync(context);
        });
        app.MapPost("/api/logout", (HttpContext context) =>
        {
            User = null;
            return Results.NoContent();
        });
        app.MapPost("/api/ticket", context => Results.Json(new TicketResponse($"ticket of {context.Request.Cookies["im_session"]}", 30), ProtocolJson.Wire.TicketResponse).ExecuteAsync(context));
        app.MapGet("/api/conversations", context => Results.Json([.. Conversations.Select(Summary)], ProtocolJson.Wire.IReadOnlyListConversationSummary).ExecuteAsync(context));
        return app;
    }

    private static ConversationSummary Summary(ConversationInfo info) => new(info.Conversation, info.Kind, info.Peer, info.LastLine, info.ReadLine, info.Unread) { LastEventSeq = info.LastSeq };

    private static void GiveCookie(HttpContext context, string value) =>
        context.Response.Headers.SetCookie = $"im_session={value}; path=/; max-age=2592000; samesite=lax; httponly";

    private async Task UpgradeAsync(HttpContext context)
    {
        if (RefuseWith is { } status)
        {
            context.Response.StatusCode = status;
            return;
        }
        var side = new NodeSide(await context.WebSockets.AcceptWebSocketAsync(Assert.Single(context.WebSockets.WebSocketRequestedProtocols)), context.Request.Headers.Cookie.ToString(), context.Request.Query["node"]);
        _accepted.Writer.TryWrite(side);
        await side.ReceiveAsync(context.RequestAborted);
    }
}
