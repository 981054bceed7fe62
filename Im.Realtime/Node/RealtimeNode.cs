using Im.Realtime.Connections;
using Im.Realtime.Frames;
using Im.Realtime.Messages;
using Im.Realtime.Presence;
using Im.Realtime.Routing;
using Im.Realtime.Sessions;

namespace Im.Realtime.Node;

internal static class RealtimeNode
{
    public static IServiceCollection AddRealtimeNode(this IServiceCollection services) => services
        .AddSingleton<ConnectionTable>().AddSingleton<OutboxWriter>().AddSingleton<ConnectionLife>().AddSingleton<SocketEndpoint>()
        .AddSingleton<Lobby>().AddSingleton<UserRoutes>().AddSingleton<NodeInbox>()
        .AddSingleton<ConversationResolver>().AddSingleton<MessageDelivery>().AddSingleton<MessagePublisher>().AddSingleton<FeedFactory>().AddSingleton<MessageSweep>()
        .AddSingleton<FrameDispatcher>().AddSingleton<SendHandler>().AddSingleton<HistoryHandler>().AddSingleton<ConversationsHandler>()
        .AddSingleton<TypingHandler>().AddSingleton<AuthenticateHandler>()
        .AddSingleton<SessionBinding>().AddSingleton<SessionChanges>()
        .AddSingleton<NodeMetrics>()
        .AddSingleton<NodeLifecycle>().AddHostedService(p => p.GetRequiredService<NodeLifecycle>())
        .AddSingleton<PresenceBroadcast>().AddHostedService(p => p.GetRequiredService<PresenceBroadcast>())
        .AddSingleton<SessionWatch>().AddHostedService(p => p.GetRequiredService<SessionWatch>())
        .Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(5));

    public static void UseSockets(this IApplicationBuilder app) => app.Use(next => context => ClientStream.UseAsync(context, next)).UseWebSockets();

    /// <summary>The WebSocket at <c>/ws</c>.</summary>
    public static void MapSockets(this WebApplication app) =>
        app.Map("/ws", app.Services.GetRequiredService<SocketEndpoint>().HandleAsync);
}
