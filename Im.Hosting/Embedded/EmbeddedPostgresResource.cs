using Im.Hosting.Embedded;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A Postgres server that runs as a local process instead of a container.</summary>
/// <param name="name">The name of the resource.</param>
/// <param name="command">The program that DCP starts.</param>
/// <param name="workingDirectory">The folder it starts in.</param>
/// <param name="password">The password of <see cref="UserName"/>.</param>
public sealed class EmbeddedPostgresResource(string name, string command, string workingDirectory, ParameterResource password)
    : ExecutableResource(name, command, workingDirectory), IResourceWithConnectionString
{
    /// <summary>The superuser everybody connects as.</summary>
    public const string UserName = "postgres";

    /// <summary>TCP on 127.0.0.1.</summary>
    public EndpointReference PrimaryEndpoint => field ??= new(this, EmbeddedServer.EndpointName);

    public ParameterResource PasswordParameter => password;

    /// <summary>In the form of Npgsql, without a database: <c>Host=127.0.0.1;Port=5432;Username=postgres;Password=…</c>.</summary>
    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create(
        $"Host={PrimaryEndpoint.Property(EndpointProperty.IPV4Host)};Port={PrimaryEndpoint.Property(EndpointProperty.Port)};Username={UserName};Password={PasswordParameter}");
}
