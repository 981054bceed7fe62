using Im.Core.Limits;
using Im.Protocol;
using Im.Realtime.Connections;
using Im.Realtime.Frames;
using Im.Realtime.Limits;
using Im.Realtime.Messages;
using Im.Realtime.Presence;
using Im.Realtime.Delivery;
using Im.Realtime.Sessions;
using Im.ServiceDefaults.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace Im.Realtime.Node;

internal static class RealtimeNode
{
    public static IServiceCollection AddRealtimeNode(this IServiceCollection services) => services
        .AddSingleton<ConnectionTable>().AddSingleton<OutboxWriters>().AddSingleton<ConnectionLife>().AddSingleton<SocketEndpoint>()
        .AddSingleton<Lobby>().AddSingleton<UserRoutes>().AddSingleton<RoomRoutes>().AddSingleton<NodeInbox>()
        .AddSingleton<ConversationResolver>().AddSingleton<MessageDelivery>().AddSingleton<Ways>().AddSingleton<FeedFactory>().AddSingleton<MessageSweep>()
        .AddSingleton<FrameDispatcher>().AddSingleton<PostHandler>().AddSingleton<HistoryHandler>().AddSingleton<ConversationsHandler>().AddSingleton<PeopleHandler>()
        .AddSingleton<WayHandler>().AddSingleton<TypingHandler>().AddSingleton<AuthenticateHandler>()
        .AddSingleton<SessionBinding>().AddSingleton<SessionChanges>()
        .AddSingleton<FrameGate>().AddSingleton<UserPace>().AddSingleton<Doorkeeper>().AddSingleton<OtherRequests>().AddSingleton<KnownGateways>()
        .AddSingleton<NodeMetrics>()
        .AddSingleton<LastSeen>().AddHostedService(p => p.GetRequiredService<LastSeen>())
        .AddSingleton<NodeLifecycle>().AddHostedService(p => p.GetRequiredService<NodeLifecycle>())
        .AddSingleton<PresenceBroadcast>().AddHostedService(p => p.GetRequiredService<PresenceBroadcast>())
        .AddHostedService<SilenceWatch>().AddHostedService<WidgetWatch>()
        .AddSingleton<SessionWatch>().AddHostedService(p => p.GetRequiredService<SessionWatch>())
        .AddDoors()
        .Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(5));

    private static IServiceCollection AddDoors(this IServiceCollection services)
    {
        services.AddOptions<DoorOptions>().BindConfiguration("Door");
        // Half a handshake, or none: a connection that says nothing ends, and there is a bound to how many there are.
        services.AddConnectionCounts<LimitOptions>(limits => new(limits.MaxConnections, limits.MaxConnectionsPerAddress, limits.MaxConnectionsPerUser));
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<LimitOptions>, ConnectionCounts, ProxyNetworks, KnownGateways>((kestrel, limits, counts, proxies, gateways) =>
        {
            kestrel.AddServerHeader = false;
            kestrel.DisableStringReuse = true; // a connection's first request is its last
            kestrel.BoundConnections(counts.Plain, address => gateways.Contains(address) ? null : proxies.OwnerOf(address));
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(limits.Value.KeepAliveSeconds);
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(limits.Value.HeadersTimeoutSeconds);
        });
        return services.Configure<SocketTransportOptions>(sockets =>
        {
            sockets.MaxWriteBufferSize = 1; // a response has left when its flush returns: ClientStream goes on from there
            sockets.UnsafePreferInlineScheduling = true; // a frame is taken by the thread that read it; nothing here blocks one
        });
    }

    public static void UseSockets(this IApplicationBuilder app) => app
        .Use(next => context => app.ApplicationServices.GetRequiredService<OtherRequests>().InvokeAsync(context, next))
        .Use(next => context => ClientStream.UseAsync(context, next)).UseWebSockets();

    /// <summary>The WebSocket at <c>/ws</c>; elsewhere nothing is.</summary>
    public static void MapSockets(this WebApplication app)
    {
        app.Map("/ws", app.Services.GetRequiredService<SocketEndpoint>().HandleAsync);
        app.MapFallback("{**path}", context => HttpRefusal.WriteAsync(context, StatusCodes.Status404NotFound, ProblemCodes.NotFound, "A node has nothing here."));
    }
}
