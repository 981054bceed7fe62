using System.Net.WebSockets;
using System.Text;
using Im.Client;
using Im.Client.Chat;
using Im.Protocol;
using Im.Tests.Fixtures;

namespace Im.Tests.Distributed;

/// <summary>Whatever is thrown at <c>/ws</c>, the answer is a coded error or a coded close, and the node goes on.</summary>
[Collection(ImAppCollection.Name)]
public sealed class GarbageTests(ImAppFixture im)
{
    private const int Lanes = 8, FramesOfEach = 1_250;
    private const int Seed = 20261122;

    private static readonly HashSet<int?> CloseCodesOfOurs = [1000, 1002, 1003, 1007, 1009, CloseCodes.TooManyBadFrames];

    private static readonly string[] Seeds =
    [
        """{"type":"send","id":"a","conversation":"lobby","text":"hello"}""",
        """{"type":"history","id":"b","conversation":"lobby","before":7,"limit":10}""",
        """{"type":"read","user":"01890000-0000-7000-8000-000000000001","seq":3}""",
        """{"type":"authenticate","id":"c","ticket":"none"}""",
        """{"type":"typing","conversation":"lobby"}""",
        """{"type":"conversations","id":"d"}""",
        """{"type":"ping","id":"e"}""",
    ];

    [Theory]
    [InlineData("not JSON", ErrorCodes.BadJson)]
    [InlineData("[]", ErrorCodes.BadJson)]
    [InlineData("", ErrorCodes.BadJson)]
    [InlineData("{\"type\":\"ping\"", ErrorCodes.BadJson)]
    [InlineData("{\"type\":\"ping\",\"x\":[[[[[[[[[[]]]]]]]]]]}", ErrorCodes.BadJson)]
    [InlineData("{\"type\":\"ping\",\"x\":\"\\ud800\"}", ErrorCodes.BadJson)]
    [InlineData("{}", ErrorCodes.BadFrame)]
    [InlineData("{\"type\":7}", ErrorCodes.BadFrame)]
    [InlineData("{\"type\":\"send\",\"id\":\"x\",\"text\":5,\"conversation\":\"lobby\"}", ErrorCodes.BadFrame)]
    [InlineData("{\"type\":\"history\",\"conversation\":\"nowhere\"}", ErrorCodes.BadFrame)]
    [InlineData("{\"type\":\"history\",\"conversation\":\"lobby\",\"limit\":1000000}", ErrorCodes.BadFrame)]
    [InlineData("{\"type\":\"history\",\"conversation\":\"lobby\",\"before\":1e400}", ErrorCodes.BadFrame)]
    [InlineData("{\"type\":\"history\"}", ErrorCodes.BadFrame)]
    [InlineData("{\"type\":\"drop table\"}", ErrorCodes.UnknownType)]
    public async Task A_bad_frame_is_answered_with_its_code_and_the_connection_goes_on(string frame, string code)
    {
        await using var connection = await OpenAsync();
        await connection.SendTextAsync(frame);
        Assert.Equal(code, (await connection.ReceiveAsync<ErrorFrame>()).Code);
        await connection.SendAsync(new PingFrame { Id = "after" });
        Assert.Equal("after", (await connection.ReceiveAsync<PongFrame>()).Id);
    }

    [Fact]
    public async Task A_binary_frame_closes_with_1003()
    {
        await using var connection = await OpenAsync();
        await connection.SendBytesAsync(new byte[] { 1, 2, 3 }, WebSocketMessageType.Binary);
        Assert.Equal(1003, await ReadCloseAsync(connection));
    }

    [Fact]
    public async Task A_frame_over_the_limit_closes_with_1009_also_in_fragments()
    {
        await using (var connection = await OpenAsync())
        {
            await connection.SendTextAsync(new string(' ', ProtocolLimits.MaxFrameBytesOne + 1));
            Assert.Equal(1009, await ReadCloseAsync(connection));
        }
        await using (var connection = await OpenAsync())
        {
            for (var i = 0; i < 3; i++)
                await connection.SendBytesAsync(Encoding.UTF8.GetBytes(new string(' ', ProtocolLimits.MaxFrameBytesOne / 2)), endOfMessage: false);
            Assert.Equal(1009, await ReadCloseAsync(connection));
        }
    }

    [Fact]
    public async Task A_frame_of_exactly_the_limit_is_read()
    {
        await using var connection = await OpenAsync();
        const string Ping = """{"type":"ping","id":"large"}""";
        await connection.SendTextAsync(Ping + new string(' ', ProtocolLimits.MaxFrameBytesOne - Ping.Length));
        Assert.Equal("large", (await connection.ReceiveAsync<PongFrame>()).Id);
    }

    [Theory]
    [InlineData(new byte[] { 0x22, 0xC3, 0x28, 0x22 })]
    [InlineData(new byte[] { 0x22, 0xE2, 0x82 })]
    [InlineData(new byte[] { 0xFF, 0xFE })]
    public async Task Text_that_is_not_UTF_8_closes_with_1007(byte[] bytes)
    {
        await using var connection = await OpenAsync();
        await connection.SendBytesAsync(bytes);
        Assert.Equal(1007, await ReadCloseAsync(connection));
    }

    [Fact]
    public async Task A_flood_of_bad_frames_closes_with_4400()
    {
        await using var connection = await OpenAsync();
        for (var i = 0; i <= ProtocolLimits.MaxBadFramesPerMinute; i++)
            await connection.SendTextAsync("?");
        Assert.Equal(CloseCodes.TooManyBadFrames, await ReadCloseAsync(connection));
    }

    [Fact]
    public async Task Ten_thousand_random_and_mutated_frames_leave_the_nodes_as_they_were()
    {
        var before = await im.WaitForTwoNodesAsync();
        await Task.WhenAll(Enumerable.Range(Seed, Lanes).Select(ThrowFramesAsync));

        // The same two processes still serve, and neither log has a word of an exception.
        Assert.Equal(before, await im.WaitForTwoNodesAsync());
        await using var user = await ChatUser.JoinAsync(im.WebAddress, "after");
        foreach (var node in (string[])[before.One, before.Two])
        {
            await (await user.ConnectAsync(node)).Client.SendAsync(ChatTarget.Lobby, "all is well");
            var errors = await im.Telemetry.GetStringAsync($"api/telemetry/logs?resource={im.IdOf(node)}&severity=error");
            Assert.False(errors.Contains("Exception", StringComparison.Ordinal), errors[..Math.Min(errors.Length, 4_000)]);
        }
    }

    private async Task ThrowFramesAsync(int seed)
    {
        var random = new Random(seed);
        for (var sent = 0; sent < FramesOfEach;)
        {
            await using var connection = await OpenAsync();
            var closed = ReadCloseAsync(connection);
            try
            {
                for (var end = sent + 1 + random.Next(40); sent < end && !closed.IsCompleted; sent++)
                    await connection.SendBytesAsync(Mutate(random), random.Next(50) == 0 ? WebSocketMessageType.Binary : WebSocketMessageType.Text);
                await connection.CloseAsync();
            }
            catch (ImException)
            {
                // it has been closed meanwhile
            }
            var code = await closed;
            Assert.True(CloseCodesOfOurs.Contains(code), $"Frame {sent} of seed {seed} ended in {code}.");
        }
    }

    private static byte[] Mutate(Random random)
    {
        var frame = Encoding.UTF8.GetBytes(Seeds[random.Next(Seeds.Length)]);
        switch (random.Next(4))
        {
            case 0:
                random.NextBytes(frame);
                break;
            case 1:
                frame[random.Next(frame.Length)] = (byte)random.Next(256);
                break;
            case 2:
                frame = frame[..random.Next(frame.Length)];
                break;
            default:
                var at = random.Next(frame.Length);
                frame = [.. frame[..at], .. frame[random.Next(frame.Length)..], .. frame[at..]];
                break;
        }
        return frame;
    }

    private Task<RawConnection> OpenAsync() => RawConnection.OpenAsync(RawConnection.AddressOf(im.WebAddress), version: 1);

    private static async Task<int?> ReadCloseAsync(RawConnection connection)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (await connection.ReceiveAsync(limit.Token) is not null)
        {
        }
        return connection.CloseCode;
    }
}
