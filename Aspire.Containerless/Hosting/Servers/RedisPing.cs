using System.Net.Sockets;
using System.Text;
using StackExchange.Redis;

namespace Aspire.Containerless.Servers;

/// <summary>
/// AUTH and PING on a bare socket. Asked once a second for as long as the application runs,
/// where a connection of the real client would cost two sockets and some twenty commands each time.
/// </summary>
internal static class RedisPing
{
    private const string ExpectedAnswer = "+OK\r\n+PONG\r\n";

    /// <exception cref="SocketException">Nothing listens.</exception>
    public static async Task<bool> AnswersAsync(ConfigurationOptions target, CancellationToken cancellationToken)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(target.EndPoints[0], cancellationToken);
        await using var stream = new NetworkStream(socket);
        var request = Command("AUTH", target.User ?? "default", target.Password ?? "") + Command("PING");
        await stream.WriteAsync(Encoding.UTF8.GetBytes(request), cancellationToken);
        var answer = new byte[ExpectedAnswer.Length];
        var length = await stream.ReadAtLeastAsync(answer, answer.Length, throwOnEndOfStream: false, cancellationToken);
        return Encoding.ASCII.GetString(answer, 0, length) == ExpectedAnswer;
    }

    private static string Command(params string[] words) =>
        $"*{words.Length}\r\n{string.Concat(words.Select(word => $"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n"))}";
}
