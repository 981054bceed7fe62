using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Im.Client;
using Im.Client.Chat;
using Im.Protocol;
using Im.Tests.Fixtures;
using Xunit.Abstractions;

namespace Im.Tests.Faults;

/// <summary>
/// One client in twenty reads nothing. The others get everything, the node's memory stays bounded, and who wakes up is told to come back. 100 clients in the suite; by hand,
/// for the figures, as many as IM_FAULT_CLIENTS says.
/// </summary>
[Collection(ImAppCollection.Name)]
[Trait("Category", "Faults")]
public sealed class SlowReaderTests(ImAppFixture im, ITestOutputHelper output) : IAsyncLifetime
{
    private const int Messages = 160, DeliveriesPerSecond = 4_000;

    /// <summary>What a connection may have waiting in a node beside its outbox: the write under way.</summary>
    private const double MegabytesForASlowReader = 2;

    /// <summary>What a node's heap may grow by for any other reason while it delivers.</summary>
    private const double MegabytesBesides = 200;

    private static readonly string Text = new('字', ProtocolLimits.MaxTextCharsOne); // 12 kB a frame

    private static int Clients => int.Parse(Environment.GetEnvironmentVariable("IM_FAULT_CLIENTS") is { Length: > 0 } count ? count : "100", CultureInfo.InvariantCulture);

    /// <summary>So few that the machine carries them with any number of clients: 12 kB to each of 1,000 clients 40 times a second would be half a gigabyte.</summary>
    private static double MessagesPerSecond => (double)DeliveriesPerSecond / Clients;

    public Task InitializeAsync() => im.WaitUntilWholeAsync();

    public async Task DisposeAsync() => await im.WaitUntilWholeAsync();

    [Fact]
    public async Task Clients_that_read_nothing_cost_the_others_nothing_and_are_closed()
    {
        var (one, two) = await im.WaitUntilWholeAsync();
        var node = new Uri((await im.GetNodesAsync()).First(n => n.Name == one && n.Live).Address);
        var slow = Clients / 20;
        var process = im.FindProcessId(one)!.Value;
        var people = await im.People.GetAsync(1);
        await using var sender = await people[0].OpenAsync(im.WebAddress, two);
        var readers = await OpenReadersAsync(node, Clients - slow);
        try
        {
            await TalkAsync(sender.Client, readers, Messages / 4); // warm
            var without = await TalkAsync(sender.Client, readers, Messages);
            var before = MegabytesOf(process);

            var dead = await Task.WhenAll(Enumerable.Range(0, slow).Select(_ => SlowReader.OpenAsync(node)));
            var most = before;
            var with = await TalkAsync(sender.Client, readers, Messages, () => most = Math.Max(most, MegabytesOf(process)));
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            var codes = await Task.WhenAll(dead.Select(d => d.ReadToEndAsync(limit.Token))); // they end: the node has given them up
            foreach (var d in dead)
                d.Dispose();
            output.WriteLine($"{Clients - slow} clients, {Messages} messages of 12 kB, {MessagesPerSecond:0.#} a second: p99 {without:0.0} ms; with {slow} more that read nothing {with:0.0} ms, {with / without:0.00} times; node {before:0} MB, at most {most:0} MB");
            Assert.All(codes, code => Assert.True(code is CloseCodes.SlowConsumer or null, $"{code}")); // null: it slept too long to be told
            Assert.InRange(most - before, double.MinValue, slow * MegabytesForASlowReader + MegabytesBesides);
        }
        finally
        {
            foreach (var reader in readers)
                await reader.DisposeAsync();
        }
    }

    [Fact]
    public async Task Who_wakes_up_soon_is_told_to_have_been_too_slow()
    {
        const int PageMessages = 50, Requests = 20; // of 0.6 MB each
        var (one, _) = await im.WaitUntilWholeAsync();
        var node = new Uri((await im.GetNodesAsync()).First(n => n.Name == one && n.Live).Address);
        var people = await im.People.GetAsync(1);
        await using (var sender = await people[0].OpenAsync(im.WebAddress, one))
            await Task.WhenAll(Enumerable.Range(0, PageMessages).Select(_ => sender.Client.SendAsync(ChatTarget.Lobby, Text)));
        int? code = null;
        // It has to sleep until the node has too much for it, and to wake up before the node has given it up, 3 s later.
        for (var sleep = TimeSpan.FromMilliseconds(300); code is null && sleep < TimeSpan.FromSeconds(20); sleep *= 2)
        {
            using var reader = await SlowReader.OpenAsync(node);
            for (var i = 0; i < Requests; i++)
                await reader.SendAsync(new HistoryRequest { Id = $"{i}", Conversation = ConversationId.Lobby, Limit = PageMessages });
            await Task.Delay(sleep);
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            var reading = reader.ReadToEndAsync(limit.Token);
            await Task.WhenAny(reading, Task.Delay(TimeSpan.FromSeconds(5)));
            code = reading.IsCompletedSuccessfully ? await reading : null;
        }
        Assert.Equal(CloseCodes.SlowConsumer, code);
    }

    [Fact]
    public async Task A_page_of_the_longest_messages_arrives()
    {
        var (one, _) = await im.WaitUntilWholeAsync();
        var people = await im.People.GetAsync(1);
        await using var reader = await people[0].OpenAsync(im.WebAddress, one);
        await Task.WhenAll(Enumerable.Range(0, ProtocolLimits.MaxPageMessages).Select(_ => reader.Client.SendAsync(ChatTarget.Lobby, Text)));
        var page = await reader.Client.LinesAsync(ChatTarget.Lobby, limit: ProtocolLimits.MaxPageMessages);
        Assert.NotEmpty(page.Lines);
        Assert.DoesNotContain(reader.Changes, change => change.State == ConnectionState.Reconnecting);
    }

    /// <summary>Says so many messages in the lobby; every reader must get each of them, in order. Returns the 99th percentile, in ms, from send to read over all deliveries.</summary>
    private static async Task<double> TalkAsync(ImClient sender, IReadOnlyList<RawConnection> readers, int messages, Action? saying = null)
    {
        var run = Guid.NewGuid().ToString("N");
        var sentAt = new long[messages];
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        var reading = Task.WhenAll(readers.Select((r, i) => Task.Run(() => ReadAsync(r, i, run, sentAt, limit.Token))));
        var (sends, started) = (new List<Task>(), Stopwatch.StartNew());
        for (var number = 0; number < messages; number++)
        {
            if (TimeSpan.FromSeconds(number / MessagesPerSecond) - started.Elapsed is var early && early > TimeSpan.Zero)
                await Task.Delay(early);
            saying?.Invoke();
            sentAt[number] = Stopwatch.GetTimestamp();
            sends.Add(sender.SendAsync(ChatTarget.Lobby, Text, $"{run}{number}"));
        }
        await Task.WhenAll(sends);
        var took = (await reading).SelectMany(t => t).Order().ToList();
        return took[(int)(took.Count * 0.99)];
    }

    private static async Task<List<double>> ReadAsync(RawConnection reader, int index, string run, long[] sentAt, CancellationToken stop)
    {
        var prefix = Encoding.ASCII.GetBytes($"\"id\":\"{run}");
        var took = new List<double>(sentAt.Length);
        while (took.Count < sentAt.Length)
        {
            ReadOnlyMemory<byte> frame;
            try
            {
                frame = await reader.ReceiveBytesAsync(stop) ?? throw new Xunit.Sdk.XunitException($"Reader {index} was closed with {reader.CloseCode} after {took.Count} messages.");
            }
            catch (OperationCanceledException)
            {
                throw new Xunit.Sdk.XunitException($"Reader {index} did not get message {took.Count} of {sentAt.Length}.");
            }
            if (frame.Span.IndexOf(prefix) is var at && at < 0)
                continue;
            Assert.True(Utf8Parser.TryParse(frame.Span[(at + prefix.Length)..], out int number, out _));
            Assert.Equal(took.Count, number); // once, and in order
            took.Add(Stopwatch.GetElapsedTime(sentAt[number]).TotalMilliseconds);
        }
        return took;
    }

    private static async Task<IReadOnlyList<RawConnection>> OpenReadersAsync(Uri node, int count)
    {
        var readers = new RawConnection[count];
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, stop) =>
        {
            readers[i] = await RawConnection.OpenAsync(RawConnection.AddressOf(node), cancellationToken: stop);
            await readers[i].ReceiveAsync<ReadyFrame>();
        });
        return readers;
    }

    private static double MegabytesOf(int processId)
    {
        using var process = Process.GetProcessById(processId);
        return process.WorkingSet64 / 1e6;
    }
}
