using System.Net;
using System.Net.Sockets;
using System.Text;
using Im.Tests.Fixtures;

namespace Im.Tests.Attack;

/// <summary>Handshakes that are not what they should be: the gateway and a node answer the same, as the protocol page has it.</summary>
[Trait("Category", "Attack")]
public sealed class HandshakeTableTests(TwoNodes chat) : AttackSuite(chat), IClassFixture<TwoNodes>
{
    private const string Right = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";

    public static TheoryData<string, string, int, string> Handshakes => new()
    {
        { "GET", Right, 101, "" },
        { "GET", "", 426, "bad_request" },
        { "HEAD", "", 405, "" },
        { "POST", Right, 405, "bad_request" },
        { "POST", "Content-Length: 0\r\n", 405, "bad_request" },
        { "PUT", "X-Im: 1\r\nContent-Length: 0\r\n", 405, "bad_request" },
        { "OPTIONS", "", 405, "bad_request" },
        { "GET", Right.Replace("Version: 13", "Version: 12"), 426, "bad_request" },
        { "GET", Right.Replace("Sec-WebSocket-Version: 13\r\n", ""), 426, "bad_request" },
        { "GET", Right.Replace("AAAAAAAAAAAAAAAAAAAAAA==", "AAAA"), 426, "bad_request" },
        { "GET", Right.Replace("Upgrade: websocket", "Upgrade: h2c, websocket"), 101, "" },
        { "GET", Right.Replace("Upgrade: websocket", "Upgrade: h2c"), 426, "bad_request" },
        { "GET", Right + "Origin: http://evil.example\r\n", 403, "cross_site" },
        { "GET", Right + "Authorization: Bearer imt_AAAA\r\n", 401, "not_logged_in" },
    };

    [Theory, MemberData(nameof(Handshakes))]
    public async Task The_gateway_and_a_node_answer_alike(string method, string headers, int status, string code)
    {
        foreach (var door in (Uri[])[Chat.Address, Chat.One])
            foreach (var path in (string[])["/ws", "/ws/", "/ws?node=nobody"]) // a trailing slash makes no other address
            {
                var answer = await AnswerAsync(door, method, path, headers);
                Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
                if (code.Length > 0)
                    Assert.Contains($"\"code\":\"{code}\"", answer, StringComparison.Ordinal);
                if (status == 405)
                    Assert.Contains("Allow: GET\r\n", answer, StringComparison.Ordinal);
                if (status == 426)
                    Assert.Contains("Upgrade: websocket\r\n", answer, StringComparison.Ordinal);
            }
    }

    [Theory, InlineData("im.v1", "im.v1"), InlineData("im.v2", "im.v2"), InlineData("im.v2, im.v1", "im.v2"), InlineData("im.v1, im.v2", "im.v2"), InlineData("im.v3, im.v1", "im.v1"), InlineData("im.v3", null), InlineData("IM.V1", null)]
    public async Task The_newest_version_that_is_offered_and_known_is_selected(string offered, string? selected)
    {
        foreach (var door in (Uri[])[Chat.Address, Chat.One])
        {
            var (status, head) = await UpgradeRawAsync(door, ("Sec-WebSocket-Protocol", offered));
            Assert.Equal(101, status);
            Assert.Equal(selected, head.Split("\r\n").SingleOrDefault(line => line.StartsWith("Sec-WebSocket-Protocol: ", StringComparison.OrdinalIgnoreCase))?.Split(": ")[1]);
        }
    }

    [Theory, InlineData("/ws/x"), InlineData("//ws"), InlineData("/ws//"), InlineData("/WS/%2e%2e/nothing"), InlineData("/ws%2f"), InlineData("/ws.")]
    public async Task What_is_not_the_sockets_address_opens_none(string path)
    {
        foreach (var door in (Uri[])[Chat.Address, Chat.One])
        {
            var answer = await AnswerAsync(door, "GET", path, Right);
            Assert.StartsWith("HTTP/1.1 404 ", answer, StringComparison.Ordinal);
            Assert.Contains("\"code\":\"not_found\"", answer, StringComparison.Ordinal);
        }
    }

    private static async Task<string> AnswerAsync(Uri door, string method, string path, string headers)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, door.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"{method} {path} HTTP/1.1\r\nHost: {door.Authority}\r\n{headers}\r\n"));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        var (buffer, answer) = (new byte[8 * 1024], "");
        for (int read; !answer.Contains("\r\n0\r\n", StringComparison.Ordinal) && !answer.EndsWith("}", StringComparison.Ordinal) && (read = await stream.ReadAsync(buffer, limit.Token)) > 0;)
        {
            answer += Encoding.UTF8.GetString(buffer, 0, read);
            if (answer.StartsWith("HTTP/1.1 101", StringComparison.Ordinal) || method == "HEAD" && answer.Contains("\r\n\r\n", StringComparison.Ordinal))
                break;
        }
        return answer;
    }
}
