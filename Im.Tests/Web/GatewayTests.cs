using System.Diagnostics;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using Im.Core.Sessions;
using Im.Protocol;
using Im.Tests.Fixtures;

namespace Im.Tests.Web;

/// <summary>The gateway between sockets and nodes that die, hang, drain and come back.</summary>
public sealed class GatewayTests(GatewayServer server) : IClassFixture<GatewayServer>, IAsyncLifetime
{
    private const int NoticedSeconds = 5;

    private readonly GatewayServer _server = server;
    private TestNode _one = null!;
    private TestNode _two = null!;

    public async Task InitializeAsync()
    {
        _one = await TestNode.StartAsync("node-1");
        _two = await TestNode.StartAsync("node-2");
        _server.Registry.Nodes = () => [_one.Info, _two.Info];
        await Eventually.TrueAsync(async () =>
        {
            using var first = await TryConnectAsync("?node=node-1");
            using var second = await TryConnectAsync("?node=node-2");
            return _one.LastHandshake is not null && _two.LastHandshake is not null;
        });
    }

    public async Task DisposeAsync()
    {
        await _one.DisposeAsync();
        await _two.DisposeAsync();
    }

    [Fact]
    public async Task Text_and_binary_pass_both_ways_whole()
    {
        using var connection = await ConnectAsync();
        var text = new string('语', 20_000);
        Assert.Equal(text, await connection.EchoAsync(text));
        Assert.Equal("short", await connection.EchoAsync("short"));
    }

    [Theory]
    [InlineData(1000), InlineData(1012), InlineData(4401), InlineData(4500)]
    public async Task Close_codes_of_the_node_reach_the_client(int code)
    {
        using var connection = await ConnectAsync();
        Assert.Equal((code, "as asked"), await connection.AskForCloseAsync(code));
    }

    [Fact]
    public async Task Close_codes_of_the_client_reach_the_node_and_come_back()
    {
        using var connection = await ConnectAsync();
        await connection.Socket.CloseAsync((WebSocketCloseStatus)4001, "bye", new CancellationTokenSource(5000).Token);
        Assert.Equal((4001, "bye"), ((int)connection.Socket.CloseStatus!, connection.Socket.CloseStatusDescription));
    }

    [Fact]
    public async Task A_subprotocol_offered_is_the_one_selected()
    {
        using var connection = await ConnectAsync(options: options => options.AddSubProtocol(ProtocolLimits.SubProtocolOne));
        Assert.Equal(ProtocolLimits.SubProtocolOne, connection.Socket.SubProtocol);
    }

    [Fact]
    public async Task Connections_are_spread_by_how_many_each_node_has()
    {
        var connections = new List<Connection>();
        for (var i = 0; i < 6; i++)
            connections.Add(await ConnectAsync());
        Assert.Equal(3, connections.Count(connection => connection.Node == "node-1"));
        connections.ForEach(connection => connection.Dispose());
    }

    [Fact]
    public async Task The_node_asked_for_is_given_and_an_unknown_one_is_any()
    {
        for (var i = 0; i < 3; i++)
        {
            using var first = await ConnectAsync("?node=node-1");
            using var second = await ConnectAsync("?node=node-2");
            Assert.Equal(("node-1", "node-2"), (first.Node, second.Node));
        }
        using var any = await ConnectAsync("?node=nobody");
        Assert.NotNull(any.Node);
    }

    [Fact]
    public async Task A_dead_node_costs_a_client_nothing_and_gets_no_connection_within_five_seconds()
    {
        await _one.DisposeAsync();
        using (var atOnce = await ConnectAsync("?node=node-1"))
            Assert.Equal("node-2", atOnce.Node);
        await Eventually.TrueAsync(async () => !await IsLiveAsync("node-1"), NoticedSeconds);
        await AllGoToAsync("node-2");
    }

    [Fact]
    public async Task A_hung_node_gets_no_connection_within_five_seconds_and_is_used_again_after()
    {
        _one.Hang();
        using (var atOnce = await ConnectAsync("?node=node-1")) // waits for the hung node no longer than the limit of a handshake
            Assert.Equal("node-2", atOnce.Node);
        await Eventually.TrueAsync(async () => !await IsLiveAsync("node-1"), NoticedSeconds);
        await AllGoToAsync("node-2");

        _one.Resume();
        await Eventually.TrueAsync(async () => { using var back = await TryConnectAsync("?node=node-1"); return back?.Node == "node-1"; });
    }

    [Fact]
    public async Task A_draining_node_gets_no_new_connections_and_keeps_the_ones_it_has()
    {
        using var old = await ConnectAsync("?node=node-1");
        _one.Draining = true;
        await Eventually.TrueAsync(async () => { using var next = await TryConnectAsync("?node=node-1"); return next?.Node == "node-2"; });
        await AllGoToAsync("node-2");
        Assert.Equal("still here", await old.EchoAsync("still here"));
        Assert.False(await IsLiveAsync("node-1"));
    }

    [Fact]
    public async Task A_node_that_refuses_the_handshake_is_passed_over()
    {
        _one.RefusesHandshakes = true;
        using var connection = await ConnectAsync("?node=node-1");
        Assert.Equal("node-2", connection.Node);
    }

    [Fact]
    public async Task With_all_nodes_down_the_answer_is_503_quickly_and_a_node_that_comes_back_is_found()
    {
        var address = _one.Address;
        await _one.DisposeAsync();
        await _two.DisposeAsync();

        var before = Stopwatch.GetTimestamp();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await RefusedWithAsync());
        Assert.InRange(Stopwatch.GetElapsedTime(before).TotalSeconds, 0, 2);

        _one = await TestNode.StartAsync("node-1", address);
        await Eventually.TrueAsync(async () => { using var back = await TryConnectAsync(); return back?.Node == "node-1"; });
    }

    [Fact]
    public async Task With_all_nodes_hung_the_answer_is_503_and_at_once_when_that_is_known()
    {
        _one.Hang();
        _two.Hang();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await RefusedWithAsync());
        await Eventually.TrueAsync(async () => !await IsLiveAsync("node-1") && !await IsLiveAsync("node-2"), NoticedSeconds);
        var before = Stopwatch.GetTimestamp();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await RefusedWithAsync());
        Assert.InRange(Stopwatch.GetElapsedTime(before).TotalSeconds, 0, 1);
    }

    [Fact]
    public async Task The_nodes_known_last_stay_in_use_while_Redis_is_away()
    {
        _server.Registry.Nodes = () => throw new SessionsUnavailableException(new TimeoutException());
        await Task.Delay(TimeSpan.FromSeconds(2.5)); // two polls that fail
        using var connection = await ConnectAsync("?node=node-2");
        Assert.Equal("node-2", connection.Node);
        using var browser = _server.NewBrowser();
        (await browser.GetAsync("/api/nodes")).ShouldBe(503, "unavailable");
    }

    [Fact]
    public async Task When_the_registry_knows_no_node_service_discovery_is_asked()
    {
        _server.Registry.Nodes = () => [];
        await Eventually.TrueAsync(async () => { using var connection = await TryConnectAsync(); return connection?.Node == "by-discovery"; });
    }

    [Fact]
    public async Task A_node_that_joins_gets_connections()
    {
        await using var third = await TestNode.StartAsync("node-3");
        _server.Registry.Nodes = () => [_one.Info, _two.Info, third.Info];
        await Eventually.TrueAsync(async () => { using var connection = await TryConnectAsync("?node=node-3"); return connection?.Node == "node-3"; });
    }

    [Fact]
    public async Task The_node_is_told_by_the_gateway_alone_where_a_client_came_from()
    {
        using var connection = await ConnectAsync("?node=node-1", options =>
        {
            options.SetRequestHeader("X-Forwarded-For", "203.0.113.7");
            options.SetRequestHeader("X-Forwarded-Host", "evil.example");
            options.SetRequestHeader("X-Forwarded-Proto", "https");
            options.SetRequestHeader("X-Forwarded-Prefix", "/evil");
            options.SetRequestHeader("Forwarded", "for=203.0.113.7");
            options.SetRequestHeader("Cookie", "im_session=abc");
        });
        var seen = _one.LastHandshake!;
        Assert.Equal(["127.0.0.1", "http", _server.Address.Authority, _server.Address.Authority, "im_session=abc"],
            new[] { seen["X-Forwarded-For"], seen["X-Forwarded-Proto"], seen["X-Forwarded-Host"], seen.Host, seen.Cookie }.Select(value => $"{value}"));
        Assert.False(seen.ContainsKey("Forwarded") || seen["X-Forwarded-Prefix"].Count > 0);
    }

    [Theory]
    [InlineData("https://evil.example"), InlineData("null"), InlineData("http://127.0.0.1:1")]
    public async Task A_socket_opened_by_another_site_is_refused(string origin) =>
        Assert.Equal(HttpStatusCode.Forbidden, await RefusedWithAsync(options => options.SetRequestHeader("Origin", origin)));

    [Fact]
    public async Task A_socket_opened_by_the_page_is_let_through()
    {
        using var connection = await ConnectAsync(options: options => options.SetRequestHeader("Origin", _server.Address.GetLeftPart(UriPartial.Authority)));
        Assert.NotNull(connection.Node);
    }

    [Fact]
    public async Task A_plain_request_to_the_socket_is_refused()
    {
        using var browser = _server.NewBrowser();
        (await browser.GetAsync("/ws")).ShouldBe(426, "bad_request");
        (await browser.PostAsync("/ws", new { })).ShouldBe(405, "bad_request");
    }

    [Fact]
    public async Task The_nodes_are_listed_with_address_and_state()
    {
        using var browser = _server.NewBrowser();
        var nodes = (await browser.GetAsync("/api/nodes")).ShouldBeOk().Json;
        Assert.Equal([("node-1", _one.Address, true), ("node-2", _two.Address, true)],
            nodes.EnumerateArray().Select(node => (node.GetProperty("name").GetString()!, node.GetProperty("address").GetString()!, node.GetProperty("live").GetBoolean())));
        Assert.Equal(0, nodes[0].GetProperty("connections").GetInt32());
    }

    private async Task AllGoToAsync(string node)
    {
        for (var i = 0; i < 6; i++)
        {
            using var connection = await ConnectAsync(i % 2 == 0 ? "" : "?node=node-1");
            Assert.Equal(node, connection.Node);
        }
    }

    private async Task<bool> IsLiveAsync(string node)
    {
        using var browser = _server.NewBrowser();
        return (await browser.GetAsync("/api/nodes")).Json.EnumerateArray().Single(info => info.GetProperty("name").GetString() == node).GetProperty("live").GetBoolean();
    }

    private async Task<HttpStatusCode> RefusedWithAsync(Action<ClientWebSocketOptions>? options = null)
    {
        using var socket = new ClientWebSocket { Options = { CollectHttpResponseDetails = true } };
        options?.Invoke(socket.Options);
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(SocketAddress(""), new CancellationTokenSource(10_000).Token));
        return socket.HttpStatusCode;
    }

    private async Task<Connection?> TryConnectAsync(string query = "")
    {
        try
        {
            return await ConnectAsync(query);
        }
        catch (WebSocketException)
        {
            return null;
        }
    }

    private async Task<Connection> ConnectAsync(string query = "", Action<ClientWebSocketOptions>? options = null)
    {
        var socket = new ClientWebSocket();
        options?.Invoke(socket.Options);
        await socket.ConnectAsync(SocketAddress(query), new CancellationTokenSource(10_000).Token);
        var connection = new Connection(socket);
        connection.Node = await connection.ReceiveAsync();
        return connection;
    }

    private Uri SocketAddress(string query) => new($"ws://{_server.Address.Authority}/ws{query}");

    private sealed class Connection(ClientWebSocket socket) : IDisposable
    {
        public ClientWebSocket Socket => socket;
        public string? Node { get; set; }

        public async Task<string> EchoAsync(string text)
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, default);
            return await ReceiveAsync();
        }

        public async Task<(int, string?)> AskForCloseAsync(int code)
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes($"close {code}"), WebSocketMessageType.Text, true, default);
            await socket.ReceiveAsync(new byte[10], new CancellationTokenSource(5000).Token);
            return ((int)socket.CloseStatus!, socket.CloseStatusDescription);
        }

        public async Task<string> ReceiveAsync()
        {
            var buffer = new byte[256 * 1024];
            var count = 0;
            using var limit = new CancellationTokenSource(5000);
            while (true)
            {
                var received = await socket.ReceiveAsync(buffer.AsMemory(count), limit.Token);
                count += received.Count;
                if (received.EndOfMessage)
                    return Encoding.UTF8.GetString(buffer, 0, count);
            }
        }

        public void Dispose() => socket.Dispose();
    }
}
