using Aspire.Containerless.Servers;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>Adds Postgres servers and databases.</summary>
public static class PostgresBuilderExtensions
{
    /// <param name="userName">Null for <c>postgres</c>.</param>
    /// <param name="password">Null for a generated one, kept with the data.</param>
    /// <param name="port">Null for a free one.</param>
    public static IResourceBuilder<PostgresServerResource> AddPostgres(
        this IDistributedApplicationBuilder builder,
        string name,
        IResourceBuilder<ParameterResource>? userName = null,
        IResourceBuilder<ParameterResource>? password = null,
        int? port = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var postgres = new PostgresServerResource(name, userName?.Resource, password?.Resource ?? builder.CreatePassword(name));
        return builder.AddResource(postgres)
            .WithServerEndpoint(PostgresServerResource.PrimaryEndpointName, port)
            .WithConnectionHealthCheck((connectionString, cancellationToken) =>
                PostgresServer.IsReadyAsync($"{connectionString};Database=postgres", cancellationToken));
    }

    /// <param name="databaseName">Null: the resource's name.</param>
    public static IResourceBuilder<PostgresDatabaseResource> AddDatabase(
        this IResourceBuilder<PostgresServerResource> builder, string name, string? databaseName = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var database = new PostgresDatabaseResource(name, databaseName ?? name, builder.Resource);
        builder.Resource.AddDatabase(name, database.DatabaseName);
        return builder.ApplicationBuilder.AddResource(database)
            .WithAnnotation(new ResourceRelationshipAnnotation(builder.Resource, "Parent"))
            .WithConnectionHealthCheck(PostgresServer.IsReadyAsync);
    }

    /// <summary>Keeps the data between runs.</summary>
    /// <param name="name">Null for one made of the application's and the resource's names.</param>
    public static IResourceBuilder<PostgresServerResource> WithDataVolume(
        this IResourceBuilder<PostgresServerResource> builder, string? name = null, bool isReadOnly = false) => builder.WithVolume(name, isReadOnly);
}
