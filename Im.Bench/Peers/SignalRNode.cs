using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Im.Bench.Peers;

/// <summary><c>Im.Bench peer --urls … --name … --redis …</c>: one node of the SignalR chat, a process of its own, with the settings SignalR comes with.</summary>
internal static class SignalRNode
{
    public static async Task<int> RunAsync(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        var redis = builder.Configuration["redis"]!;
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(new SignalRNodeName(builder.Configuration["name"]!));
        builder.Services.AddSingleton<IConnectionMultiplexer>(await ConnectionMultiplexer.ConnectAsync(redis));
        builder.Services.AddAuthentication("session").AddScheme<AuthenticationSchemeOptions, SignalRSessions>("session", null);
        builder.Services.AddAuthorization();
        builder.Services.AddSignalR()
            .AddJsonProtocol(json => json.PayloadSerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)
            .AddStackExchangeRedis(redis);
        var app = builder.Build();
        app.MapGet("/health", () => "ok");
        app.MapHub<SignalRHub>("/chat");
        await app.RunAsync();
        return 0;
    }
}
