namespace Aspire.Hosting.ApplicationModel;

/// <summary>A database of an embedded Postgres server.</summary>
/// <param name="name">The name of the resource.</param>
/// <param name="databaseName">The name of the database on the server.</param>
/// <param name="parent">The server.</param>
public sealed class EmbeddedPostgresDatabaseResource(string name, string databaseName, EmbeddedPostgresResource parent)
    : Resource(name), IResourceWithParent<EmbeddedPostgresResource>, IResourceWithConnectionString
{
    public EmbeddedPostgresResource Parent => parent;

    public string DatabaseName => databaseName;

    /// <summary>The server's, with the database: <c>…;Database=im</c>.</summary>
    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create($"{Parent};Database={DatabaseName}");
}
