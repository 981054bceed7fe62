using Im.Hosting.Embedded;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A server that speaks Redis' protocol and runs as a local process instead of a container.</summary>
/// <param name="name">The name of the resource.</param>
/// <param name="command">The program that DCP starts.</param>
/// <param name="workingDirectory">The folder it starts in.</param>
/// <param name="password">The password of the default user.</param>
public sealed class EmbeddedRedisResource(string name, string command, string workingDirectory, ParameterResource password)
    : ExecutableResource(name, command, workingDirectory), IResourceWithConnectionString
{
    /// <summary>TCP on 127.0.0.1.</summary>
    public EndpointReference PrimaryEndpoint => field ??= new(this, EmbeddedServer.EndpointName);

    public ParameterResource PasswordParameter => password;

    /// <summary>In the form of StackExchange.Redis: <c>127.0.0.1:6379,password=…</c>.</summary>
    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create(
        $"{PrimaryEndpoint.Property(EndpointProperty.IPV4Host)}:{PrimaryEndpoint.Property(EndpointProperty.Port)},password={PasswordParameter}");
}
