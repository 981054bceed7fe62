using System.Net;
using System.Net.Sockets;
using System.Text;
using Im.Tests.Web;

namespace Im.Tests.Attack;

/// <summary>A name of somebody else's that resolves to this server: its page would be same-origin with the API.</summary>
[Trait("Category", "Attack")]
public sealed class HostAttacks(HostAttacks.Named server) : IClassFixture<HostAttacks.Named>
{
    [Theory]
    [InlineData("/"), InlineData("/api/me"), InlineData("/api/nodes"), InlineData("/ws"), InlineData("/openapi/v1.json"), InlineData("/asyncapi/v1.json"), InlineData("/schema/v1.json")]
    public async Task A_strange_name_is_answered_by_nothing_but_a_code(string path)
    {
        var answer = await GetAsync(path, "evil.example");
        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Contains("\"code\":\"bad_request\"", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Set-Cookie", answer, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("chat.example"), InlineData("chat.example:8443"), InlineData("CHAT.EXAMPLE"), InlineData("eu.chat.example")]
    public async Task The_servers_own_names_are_answered(string host) => Assert.StartsWith("HTTP/1.1 200 ", await GetAsync("/api/me", host), StringComparison.Ordinal);

    [Theory]
    [InlineData("chat.example.evil.example"), InlineData("evilchat.example"), InlineData("127.0.0.1"), InlineData("localhost")]
    public async Task A_name_that_looks_like_ours_or_leads_here_is_not_ours(string host) => Assert.StartsWith("HTTP/1.1 400 ", await GetAsync("/api/me", host), StringComparison.Ordinal);

    [Theory]
    [InlineData("/alive"), InlineData("/health")]
    public async Task Probes_ask_by_whatever_name(string path) => Assert.StartsWith("HTTP/1.1 200 ", await GetAsync(path, "10.0.0.7"), StringComparison.Ordinal);

    private async Task<string> GetAsync(string path, string host)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, server.Address.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        return await new StreamReader(stream).ReadToEndAsync(limit.Token);
    }

    public sealed class Named : WebServer
    {
        protected override IEnumerable<KeyValuePair<string, string>> Settings => [new("AllowedHosts", "chat.example;*.chat.example")];
    }
}
