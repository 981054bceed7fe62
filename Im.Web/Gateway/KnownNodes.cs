using System.Text.RegularExpressions;
using Im.Protocol;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Model;

namespace Im.Web.Gateway;

/// <summary>The nodes as the registry had them at the gateway's last look, a second ago: which of them answer, and which clients may come to straight.</summary>
internal sealed partial class KnownNodes
{
    private readonly IProxyStateLookup _proxy;
    private readonly string? _configuredSources;
    private volatile Entry[] _nodes = [];

    /// <exception cref="InvalidOperationException"><c>ConnectSources</c> is not what a policy may name.</exception>
    public KnownNodes(IProxyStateLookup proxy, IConfiguration configuration)
    {
        (_proxy, _configuredSources) = (proxy, configuration["ConnectSources"] is { Length: > 0 } sources ? sources : null);
        if (_configuredSources is not null && !_configuredSources.Split(' ').All(source => Source.IsMatch(source)))
            throw new InvalidOperationException($"ConnectSources is '{_configuredSources}'; it is addresses of WebSockets, separated by blanks, such as wss://*.nodes.chat.example");
        Sources = _configuredSources ?? "";
    }

    /// <summary>
    /// Where else than to this server the page may open WebSockets, as its policy has it: the setting <c>ConnectSources</c>, else the public addresses of the nodes there are. A page whose policy lacks
    /// a node that came later uses the gateway.
    /// </summary>
    public string Sources { get; private set; }

    public void Update(IReadOnlyList<NodeInfo> nodes)
    {
        _nodes = [.. nodes.Select(node => _nodes.FirstOrDefault(known => known.Node == node) ?? new(node))];
        Sources = _configuredSources ?? string.Join(' ', _nodes.Select(each => each.Url).OfType<Uri>().Select(url => $"{url.Scheme}://{url.Authority}").Distinct());
    }

    /// <summary>It does not answer the gateway's probes.</summary>
    public bool IsUnhealthy(string name, string address) =>
        _proxy.TryGetCluster(GatewaySetup.ClusterId, out var cluster) && cluster.Destinations.TryGetValue(NodeDestinations.Id(name, address), out var destination)
        && destination.Health.Active == DestinationHealth.Unhealthy;

    /// <summary>
    /// A node that takes connections at an address of its own, for this page: of two at random the one with fewer connections, those sent there since it last said how many it has included.
    /// </summary>
    /// <param name="asked">This one if it is live, be it by the gateway.</param>
    /// <param name="avoided">Another than this one where there is one.</param>
    /// <returns>The node and its WebSocket's address; null: by the gateway.</returns>
    public (NodeInfo Node, Uri Url)? Choose(HttpRequest page, string? asked, string? avoided)
    {
        var live = _nodes.Where(each => each.Node.Live && !IsUnhealthy(each.Node.Name, each.Node.Address)).ToArray();
        if (live.Where(each => each.Node.Name == asked).Take(1).ToArray() is [_] wanted)
            live = wanted;
        else if (live.Where(each => each.Node.Name != avoided).ToArray() is [_, ..] others)
            live = others;
        var open = live.Where(each => each.IsFor(page)).ToArray();
        if (open.Length == 0)
            return null;
        var (one, two) = (open[Random.Shared.Next(open.Length)], open[Random.Shared.Next(open.Length)]);
        var chosen = one.Load <= two.Load ? one : two;
        chosen.Send();
        return (chosen.Node, chosen.Url!);
    }

    [GeneratedRegex(@"^wss?://[A-Za-z0-9.*:\[\]-]+$")]
    private static partial Regex Source { get; }

    private sealed class Entry
    {
        private int _sent;

        public Entry(NodeInfo node) => (Node, Url) = (node, SocketOf(node));

        public NodeInfo Node { get; }

        public Uri? Url { get; }

        public int Load => Node.Connections + Volatile.Read(ref _sent);

        public void Send() => Interlocked.Increment(ref _sent);

        // A page that came by https may open no ws; and an address of this machine's means another machine to whom is not on it.
        public bool IsFor(HttpRequest page) => Url is not null && (Url.Scheme == Uri.UriSchemeWss || !page.IsHttps) && (!Url.IsLoopback || IsLoopback(page.Host.Host));

        private static bool IsLoopback(string host) => Uri.TryCreate($"http://{host}/", UriKind.Absolute, out var uri) && (uri.IsLoopback || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase));

        private static Uri? SocketOf(NodeInfo node) => Uri.TryCreate(node.PublicUrl, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? new UriBuilder(url) { Scheme = url.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : Uri.UriSchemeWs, Path = GatewaySetup.Path, Query = "", Fragment = "", UserName = "", Password = "" }.Uri
            : null;
    }
}
