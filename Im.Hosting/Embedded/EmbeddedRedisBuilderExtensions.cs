using Im.Hosting.Embedded;

namespace Aspire.Hosting;

/// <summary>Adds Redis as a local process to an application.</summary>
public static class EmbeddedRedisBuilderExtensions
{
    /// <summary>Adds a server that speaks Redis' protocol and needs no container runtime.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">The name of the resource, and of its connection string where it is referenced.</param>
    /// <param name="port">The TCP port on 127.0.0.1. Default: DCP gives a free one.</param>
    /// <param name="password">The password. Default: a random one, kept in the user secrets as <c>Parameters:{name}-password</c>.</param>
    /// <param name="server">
    /// <c>garnet</c>, or the path of a server. Default: the environment variable EMBEDDED_REDIS, which takes the same; else a <c>redis-server</c> or
    /// <c>valkey-server</c> of version 6.2 or newer on PATH; else Garnet.
    /// </param>
    /// <returns>The resource's builder.</returns>
    /// <remarks>
    /// The data is thrown away when the server stops, unless <see cref="WithDataFolder"/> keeps it. A Redis or Valkey started so writes its log to the disk
    /// once a second, Garnet ten times a second: a crash loses what came after. Garnet takes an ASCII password only, and Redis' client none with a comma.
    /// It is not in a published manifest: deploy against a real server.
    /// </remarks>
    public static IResourceBuilder<EmbeddedRedisResource> AddEmbeddedRedis(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, int? port = null, IResourceBuilder<ParameterResource>? password = null, string? server = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        var secret = password?.Resource ?? ParameterResourceBuilderExtensions.CreateDefaultPasswordParameter(builder, $"{name}-password", special: false);
        var redis = new EmbeddedRedisResource(name, ServerHost.Command, builder.AppHostDirectory, secret);
        return builder.AddServer(redis, secret, port, new RedisServer(server).PrepareAsync,
            (checks, key, connectionString) => checks.AddRedis(_ => connectionString(), key, timeout: EmbeddedServer.AnswerLimit));
    }

    /// <summary>Keeps the data between runs.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="path">An absolute path. Default: a folder of this application and resource below the user's folder for local application data.</param>
    /// <returns>The resource's builder.</returns>
    /// <remarks>The folder is locked against a second run. Redis and Garnet do not read each other's files, so each has a folder of its own in it.</remarks>
    public static IResourceBuilder<EmbeddedRedisResource> WithDataFolder(this IResourceBuilder<EmbeddedRedisResource> builder, string? path = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Resource.Annotations.OfType<ServerData>().Single().Keep(path);
        return builder;
    }
}
