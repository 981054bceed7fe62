using System.Net.Sockets;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>An endpoint of a resource.</summary>
public sealed class EndpointAnnotation : IResourceAnnotation
{
    private readonly TaskCompletionSource<AllocatedEndpoint> _allocated = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public EndpointAnnotation(
        ProtocolType protocol,
        string? uriScheme = null,
        string? transport = null,
        string? name = null,
        int? port = null,
        int? targetPort = null,
        bool? isExternal = null,
        bool isProxied = true)
    {
        Protocol = protocol;
        UriScheme = uriScheme ?? "tcp";
        Transport = transport ?? (UriScheme is "http" or "https" ? "http" : "tcp");
        Name = name ?? UriScheme;
        Port = port;
        TargetPort = targetPort;
        IsExternal = isExternal ?? false;
        IsProxied = isProxied;
    }

    public string Name { get; set; }
    public ProtocolType Protocol { get; set; }
    public string UriScheme { get; set; }
    public string Transport { get; set; }

    /// <summary>The address to listen on.</summary>
    public string TargetHost { get; set; } = "localhost";

    /// <summary>The port others connect to; null for a free one.</summary>
    public int? Port { get; set; }

    /// <summary>The port the process listens on; null for a free one, one for each replica.</summary>
    public int? TargetPort { get; set; }

    /// <summary>Meant for people and programs outside the application. Containerless still listens on loopback only.</summary>
    public bool IsExternal { get; set; }

    /// <summary>Others connect to a proxy in front of the replicas.</summary>
    public bool IsProxied { get; set; }

    /// <summary>Stock has a proxy here and may give it another port under test; here nothing stands in between, but the port may change all the same.</summary>
    internal bool IsProxiedInStock { get; init; }

    /// <summary>The configuration key <see cref="Port" /> came from, to name where the port is taken.</summary>
    internal string? UrlKey { get; init; }

    /// <summary>Where it listens; null until the application starts.</summary>
    public AllocatedEndpoint? AllocatedEndpoint
    {
        get => _allocated.Task.IsCompletedSuccessfully ? _allocated.Task.Result : null;
        set => _allocated.TrySetResult(value ?? throw new ArgumentNullException(nameof(value)));
    }

    internal Task<AllocatedEndpoint> Allocated => _allocated.Task;
}

/// <summary>An endpoint's address.</summary>
public class AllocatedEndpoint(EndpointAnnotation endpoint, string address, int port, string? targetPortExpression = null)
{
    public EndpointAnnotation Endpoint => endpoint;
    public string Address => address;
    public int Port => port;
    public string? TargetPortExpression => targetPortExpression;
    public string UriScheme => endpoint.UriScheme;
    public string EndPointString => $"{Address}:{Port}";
    public string UriString => $"{UriScheme}://{EndPointString}";

    public override string ToString() => UriString;
}
