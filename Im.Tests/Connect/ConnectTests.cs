using System.Net;
using System.Text.Json.Nodes;
using Im.Client;
using Im.Client.Chat;
using Im.Tests.Fixtures;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Im.Tests.Connect;

/// <summary>Straight to a node, and by the gateway where that leads nowhere.</summary>
[Collection(OpenNodesCollection.Name)]
public sealed class ConnectTests(OpenNodes chat)
{
    [Fact]
    public async Task The_page_is_handed_a_node_a_ticket_for_it_and_a_policy_that_lets_it_go_there()
    {
        using var browser = chat.NewBrowser();
        Assert.Equal("{}", (await browser.GetAsync("/api/connect")).ShouldBeOk().Text); // without a session
        await browser.GetAsync("/api/me");
        foreach (var (node, address) in new[] { ("node-1", chat.One), ("node-2", chat.Two) })
        {
            var answer = (await browser.GetAsync($"/api/connect?node={node}")).ShouldBeOk();
            Assert.Equal((node, $"ws://{address.Authority}/ws", 30), (answer.Json.GetProperty("node").GetString(), answer.Json.GetProperty("url").GetString(), answer.Json.GetProperty("expiresInSeconds").GetInt32()));
            Assert.StartsWith("imc_", answer.Json.GetProperty("connectTicket").GetString(), StringComparison.Ordinal);
            Assert.True(answer.Headers.CacheControl?.NoStore);
            var other = (await browser.GetAsync($"/api/connect?avoid={node}")).ShouldBeOk().Json.GetProperty("node").GetString();
            Assert.NotEqual(node, other);
        }
        Assert.NotNull((await browser.GetAsync("/api/connect?node=nobody")).ShouldBeOk().Json.GetProperty("node").GetString());
        var policy = (await browser.GetAsync("/")).Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains($"connect-src 'self' ws://{chat.One.Authority} ws://{chat.Two.Authority};", policy, StringComparison.Ordinal);
        Assert.Equal($"http://{chat.One.Authority}", (await browser.GetAsync("/api/nodes")).Json[0].GetProperty("publicUrl").GetString());
    }

    [Fact]
    public async Task A_client_comes_straight_to_the_node_it_asks_for_and_is_who_it_is()
    {
        await using var one = NewClient("node-1");
        await one.LoginAsync($"D-{Guid.NewGuid().ToString("N")[..8]}", "correct horse");
        await one.ConnectAsync();
        await using var any = NewClient(null);
        await any.ConnectAsync(); // a guest
        Assert.Equal((true, "node-1", true, null), (one.IsDirect, one.Hello!.Node, any.IsDirect, any.User));
        var text = Guid.NewGuid().ToString();
        var heard = any.ReadEventsAsync().FirstAsync(e => e.Content?.Utf8.Span.IndexOf(System.Text.Encoding.UTF8.GetBytes(text)) >= 0);
        await one.SendAsync(ChatTarget.Lobby, text);
        await heard.AsTask().WaitAsync(TimeSpan.FromSeconds(20));
        // A login in the open connection, as by the gateway.
        await any.LoginAsync($"D-{Guid.NewGuid().ToString("N")[..8]}", "correct horse");
        Assert.NotNull((await any.SendAsync(ChatTarget.Lobby, "logged in")).At);
        Assert.True(any.IsDirect);
    }

    [Fact]
    public async Task Where_no_node_can_be_reached_the_gateway_is_used_at_once_and_the_node_tried_again_later()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var blocked = new Blocked { Blocks = true };
        using var log = new InVain();
        await using var client = NewClient("node-2", blocked, clock, log);
        await client.ConnectAsync();
        Assert.Equal((false, "node-2", 1), (client.IsDirect, client.Hello!.Node, blocked.Asked));
        var before = client.Hello.Connection;
        clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal((1, before), (blocked.Asked, client.Hello!.Connection));
        clock.Advance(TimeSpan.FromSeconds(2)); // in vain: what there is, stays
        await Eventually.TrueAsync(() => blocked.Asked == 2);
        Assert.Equal(before, client.Hello!.Connection);
        await Eventually.TrueAsync(() => log.Times == 2, seconds: 60); // a pause twice as long begins
        clock.Advance(TimeSpan.FromSeconds(119));
        Assert.Equal(2, blocked.Asked);
        blocked.Blocks = false;
        clock.Advance(TimeSpan.FromSeconds(2));
        await Eventually.TrueAsync(() => client.IsDirect, seconds: 60);
        Assert.Equal((3, "node-2"), (blocked.Asked, client.Hello!.Node));
    }

    private ImClient NewClient(string? node, HttpMessageHandler? handler = null, TimeProvider? clock = null, ILoggerFactory? log = null) => new(new()
    {
        BaseAddress = chat.Address, Node = node, HttpClient = handler is null ? null : new HttpClient(handler), TimeProvider = clock ?? TimeProvider.System, LoggerFactory = log ?? NullLoggerFactory.Instance,
    });

    /// <summary>Counts how often the client has said that there is no way straight to a node.</summary>
    private sealed class InVain : ILoggerFactory, ILogger
    {
        private int _times;

        public int Times => Volatile.Read(ref _times);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _ = eventId.Id == 13 ? Interlocked.Increment(ref _times) : 0;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public void Dispose()
        {
        }
    }

    /// <summary>A network in which nobody answers at the nodes' addresses.</summary>
    private sealed class Blocked() : DelegatingHandler(new SocketsHttpHandler { UseCookies = false })
    {
        public volatile bool Blocks;
        private int _asked;

        public int Asked => Volatile.Read(ref _asked);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = await base.SendAsync(request, cancellationToken);
            if (request.RequestUri!.AbsolutePath != "/api/connect")
                return answer;
            Interlocked.Increment(ref _asked);
            if (!Blocks)
                return answer;
            var body = JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellationToken))!;
            body["url"] = $"ws://127.0.0.1:{FreePort.Next()}/ws";
            return new(HttpStatusCode.OK) { Content = new StringContent(body.ToJsonString(), System.Text.Encoding.UTF8, "application/json") };
        }
    }
}
