using System.Text.Json.Nodes;
using Im.Client;
using Im.Tests.Fixtures;
using Im.Tests.Protocol;

namespace Im.Tests.Conformance;

/// <summary>A connection of a transcript: what came and was not yet compared. Every frame of a node is checked with the schema as it comes.</summary>
internal sealed class TranscriptSocket : IAsyncDisposable
{
    private readonly Recorder<JsonNode> _frames;
    private readonly HashSet<JsonNode> _taken = new(ReferenceEqualityComparer.Instance);

    /// <param name="version">Of the protocol, as it was offered.</param>
    public TranscriptSocket(string name, RawConnection raw, int version)
    {
        (Raw, Version, _frames) = (raw, version, new(() => name, frame => frame.ToJsonString()));
        Ended = ReadAsync();
    }

    public RawConnection Raw { get; }

    public int Version { get; }

    public FrameSchema Schema => FrameSchema.OfVersion(Version);

    /// <summary>Fails where a frame is not within the schema.</summary>
    public Task Ended { get; }

    /// <summary>The first frame that fits and was not taken before: between the frames that answer, others may come.</summary>
    public async Task<JsonNode> TakeAsync(Func<JsonNode, bool> fits, TimeSpan patience)
    {
        var frame = await _frames.WaitForAsync(came => !_taken.Contains(came) && fits(came), patience, "the frame");
        _taken.Add(frame);
        return frame;
    }

    public bool Has(Func<JsonNode, bool> fits) => _frames.All.Any(came => !_taken.Contains(came) && fits(came));

    public async ValueTask DisposeAsync()
    {
        Raw.Abort();
        await Ended;
        await Raw.DisposeAsync();
    }

    private async Task ReadAsync()
    {
        while (await Raw.ReceiveBytesAsync() is { } bytes)
        {
            var frame = JsonNode.Parse(bytes.Span)!;
            Assert.True(Schema.IsValid("node", frame), $"Not within the schema of version {Version}: {frame.ToJsonString()}");
            Assert.True($"{frame["type"]}" != "hello" || (int)frame["protocol"]! == Version, frame.ToJsonString());
            _frames.Add(frame);
        }
    }
}
