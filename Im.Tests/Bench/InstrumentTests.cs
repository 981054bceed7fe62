using System.Diagnostics;
using Im.Bench.Load;
using Im.Bench.Measurement;
using Im.Bench.Peers;

namespace Im.Tests.Bench;

/// <summary>The rulers themselves.</summary>
public sealed class InstrumentTests
{
    [Theory]
    [InlineData(50)]
    [InlineData(99)]
    [InlineData(99.9)]
    public void A_percentile_is_within_two_percent_of_the_sorted_truth(double percent)
    {
        var random = new Random(7);
        var micros = Enumerable.Range(0, 20_000).Select(_ => (long)Math.Exp(random.NextDouble() * 14)).ToArray();
        var histogram = new LatencyHistogram();
        foreach (var value in micros)
            histogram.Record(value * (Stopwatch.Frequency / 1_000_000));
        Array.Sort(micros);
        var truth = micros[(int)Math.Ceiling(micros.Length * percent / 100) - 1] / 1000.0;
        Assert.InRange(histogram.Percentile(percent), truth * 0.98, truth * 1.02);
    }

    [Fact]
    public void Nothing_recorded_has_no_percentile() => Assert.True(double.IsNaN(new LatencyHistogram().Percentile(50)));

    [Theory]
    [InlineData(1)]
    [InlineData(125)]
    [InlineData(126)]
    [InlineData(4_000)]
    public void A_clients_frame_is_read_back_and_not_before_it_is_whole(int length)
    {
        var payload = Enumerable.Range(0, length).Select(i => (byte)i).ToArray();
        var frame = new byte[WebSocketFrame.MaxHeaderBytes + length];
        var header = WebSocketFrame.WriteClientHeader(frame, Opcode.Text, length);
        payload.CopyTo(frame, header);
        var part = frame.AsSpan(0, header + length - 1);
        Assert.False(WebSocketFrame.TryRead(ref part, out _, out _, out _));
        var whole = frame.AsSpan(0, header + length);
        Assert.True(WebSocketFrame.TryRead(ref whole, out var opcode, out var isFinal, out var read));
        Assert.Equal((Opcode.Text, true, 0), (opcode, isFinal, whole.Length));
        Assert.Equal(payload, read.ToArray());
    }

    [Fact]
    public void Each_system_gets_the_same_mark_and_shows_it_again()
    {
        var mark = new Mark(0xFEDCBA98, 7, 123_456, Stopwatch.GetTimestamp());
        foreach (var codec in (Codec[])[new ImCodec(ImCodec.Newest), new SignalRCodec(), new BareCodec()])
        {
            var bytes = new byte[512];
            var written = bytes.AsSpan(0, codec.WriteMessage(bytes, null, mark));
            Assert.Contains(mark.Text, System.Text.Encoding.UTF8.GetString(written), StringComparison.Ordinal);
            Assert.True(Mark.TryFindId(written, codec.IdField, out var load, out var number));
            Assert.Equal((mark.Load, mark.Number), (load, number));
        }
        Assert.True(Mark.TryFind(System.Text.Encoding.UTF8.GetBytes($$"""{"text":"{{mark.Text}}"}"""), out var found));
        Assert.Equal(mark, found);
    }

    [Fact]
    public void Cpu_is_that_of_the_process_and_of_what_it_started_and_waited_for()
    {
        var before = ProcessTree.Read().CpuSeconds(Environment.ProcessId);
        using (var burner = Process.Start("sh", ["-c", "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done"]))
            burner.WaitForExit();
        Assert.True(ProcessTree.Read().CpuSeconds(Environment.ProcessId) - before >= 0.05);
    }

    [Fact]
    public void A_process_is_found_by_what_it_inherited_until_it_has_ended()
    {
        var mark = Guid.NewGuid().ToString("N");
        var start = new ProcessStartInfo("sh", ["-c", "read line"]) { RedirectStandardInput = true };
        start.Environment["IM_BENCH_TEST"] = mark;
        using var process = Process.Start(start)!;
        Assert.True(SpinWait.SpinUntil(() => ProcessTree.NameOf(process.Id) == "sh", TimeSpan.FromSeconds(10)));
        Assert.True(ProcessTree.Inherited(process.Id, $"IM_BENCH_TEST={mark}"));
        Assert.False(ProcessTree.Inherited(process.Id, "IM_BENCH_TEST=another"));
        Assert.Contains(process.Id, ProcessTree.Read().WithAllBelow(Environment.ProcessId));
        process.StandardInput.Close();
        process.WaitForExit();
        Assert.False(ProcessTree.IsRunning(process.Id));
    }

    [Fact]
    public async Task A_full_collection_can_be_forced_from_outside()
    {
        var before = GC.CollectionCount(2);
        await FullCollection.ForceAsync(Environment.ProcessId, CancellationToken.None);
        Assert.True(GC.CollectionCount(2) > before);
    }
}
