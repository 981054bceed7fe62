using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Im.ServiceDefaults.Connections;

/// <summary>Counts TCP connections before anything is read from them. Those beyond the bounds are closed as they come: there is nobody yet to be answered.</summary>
public static class ConnectionBounds
{
    /// <summary><see cref="ConnectionCounts"/> with the bounds that the service's options have.</summary>
    public static IServiceCollection AddConnectionCounts<TOptions>(this IServiceCollection services, Func<TOptions, ConnectionCounts> create) where TOptions : class =>
        services.AddSingleton(provider => create(provider.GetRequiredService<IOptions<TOptions>>().Value));

    /// <param name="ownerOf">For whom a peer's address counts; null for one without a bound of its own.</param>
    public static void BoundConnections(this KestrelServerOptions kestrel, OpenCounts counts, Func<IPAddress?, string?> ownerOf) =>
        kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Use(next => async connection =>
        {
            if (counts.TryEnter(ownerOf((connection.RemoteEndPoint as IPEndPoint)?.Address), out var place) != Room.Free)
            {
                connection.Abort(new ConnectionAbortedException("There are as many connections as there may be."));
                return;
            }
            using (place)
            {
                connection.Features.Set(place);
                await next(connection);
            }
        }));

    /// <summary>The place of the connection a request came by, if it carries one request at a time.</summary>
    public static OpenPlace? FindPlainPlace(this HttpContext context) => HttpProtocol.IsHttp11(context.Request.Protocol) ? context.Features.Get<OpenPlace>() : null;
}
