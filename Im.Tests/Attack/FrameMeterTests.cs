using Im.Realtime.Connections;

namespace Im.Tests.Attack;

/// <summary>Counting frames that are no whole message, however their bytes are cut.</summary>
[Trait("Category", "Attack")]
public sealed class FrameMeterTests
{
    private static readonly (string What, byte[] Bytes, int Others)[] Cases =
    [
        ("a message", RawSocket.Frame(0x81, new byte[5]), 0),
        ("a message of 300 bytes", RawSocket.Frame(0x81, new byte[300]), 0),
        ("a message of 70,000 bytes", [0x81, 0xFF, 0, 0, 0, 0, 0, 1, 0x11, 0x70, 0, 0, 0, 0, .. new byte[70_000]], 0),
        ("an empty message", RawSocket.Frame(0x81, []), 1),
        ("a ping", RawSocket.Frame(0x89, []), 1),
        ("a ping with a payload", RawSocket.Frame(0x89, new byte[125]), 1),
        ("a pong", RawSocket.Frame(0x8A, new byte[4]), 1),
        ("a message in three parts", [.. RawSocket.Frame(0x01, new byte[200]), .. RawSocket.Frame(0x00, [1]), .. RawSocket.Frame(0x80, [2])], 3),
        ("a close", RawSocket.Frame(0x88, new byte[2]), 1),
        ("a ping without a mask", [0x89, 3, 1, 2, 3], 1),
    ];

    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(7), InlineData(139), InlineData(4096), InlineData(1_000_000)]
    public void Frames_are_counted_however_the_bytes_are_cut(int atATime)
    {
        var meter = new FrameMeter();
        foreach (var (what, bytes, others) in Cases.Concat(Cases.Reverse()))
        {
            var counted = 0;
            for (var at = 0; at < bytes.Length; at += atATime)
                counted += meter.Count(bytes.AsSpan(at, Math.Min(atATime, bytes.Length - at)));
            Assert.True(counted == others, $"{what}: {counted}");
        }
    }

    [Fact]
    public void A_length_that_nothing_can_have_does_no_harm()
    {
        var meter = new FrameMeter();
        byte[] huge = [0x81, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 2, 3, 4];
        Assert.Equal(0, meter.Count(huge));
        Assert.Equal(0, meter.Count(new byte[10_000]));
    }
}
