using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Im.Protocol;
using Im.Tests.Checker;
using Im.Tests.Client;
using Im.Tests.Fixtures;

namespace Im.Tests.Faults;

/// <summary>The page's client, in TypeScript under Node: a guest with the lobby open through all the faults of a class.</summary>
public sealed class PageDevice(ImAppFixture im) : IAsyncLifetime
{
    // Trims as a page does that somebody looks at. For a line with two sequences it waits for the second, and says which lines after the first it shows.
    private const string Script = """
        import { ImClient, lobby } from './client/src/index.js';
        import { WebSocket } from 'ws';
        import { createInterface } from 'node:readline';

        const im = new ImClient({ origin: process.argv[2], maxFillEvents: Infinity, webSocket: (url, headers) => new WebSocket(url, 'im.v2', { headers }) });
        const timeline = im.timeline(lobby);
        timeline.on('change', () => timeline.trim(10_000));
        const ready = new Promise((done) => im.on('state', ({ phase }) => phase === 'ready' && done()));
        im.connect();
        await ready;
        console.log('ready');
        for await (const asked of createInterface({ input: process.stdin })) {
          const [after, upTo] = asked.split(' ').map(Number);
          while ((timeline.lastSeq ?? 0) < upTo) await new Promise((done) => setTimeout(done, 10));
          console.log(JSON.stringify(timeline.lines.filter(({ seq }) => seq > after)));
        }
        """;

    private static readonly JsonSerializerOptions AsStored = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly Lazy<Task<string>> Compiled = new(CompileAsync);

    private Process _node = null!;

    public async Task InitializeAsync()
    {
        await im.WaitUntilWholeAsync();
        _node = Process.Start(new ProcessStartInfo("node", ["device.js", im.WebAddress.OriginalString]) { WorkingDirectory = await Compiled.Value, RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Assert.Equal("ready", await _node.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30)));
    }

    public Task DisposeAsync()
    {
        _node.Kill();
        _node.Dispose();
        return Task.CompletedTask;
    }

    /// <summary>The lobby's lines after a sequence, once it has got as far as another one.</summary>
    internal async Task<IReadOnlyList<ShownLine>> ShowAsync(long after, long upTo, TimeSpan patience)
    {
        await _node.StandardInput.WriteLineAsync($"{after} {upTo}");
        var shown = await _node.StandardOutput.ReadLineAsync().WaitAsync(patience);
        return [.. JsonNode.Parse(shown!)!.AsArray().Select(line => ShownLine.Of(Read(line!)))];
    }

    private static async Task<string> CompileAsync()
    {
        var folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "page-device")).FullName;
        // Into a folder of its own: other tests build the client at the same time.
        await NodePackages.RunAsync(Path.Combine(NodePackages.Page, "client"), Path.Combine(NodePackages.Page, "node_modules", ".bin", "tsc"), "-p", ".", "--outDir", Path.Combine(folder, "client"));
        await File.WriteAllTextAsync(Path.Combine(folder, "package.json"), """{"type":"module"}""");
        await File.WriteAllTextAsync(Path.Combine(folder, "device.js"), Script);
        if (!Directory.Exists(Path.Combine(folder, "node_modules")))
            Directory.CreateSymbolicLink(Path.Combine(folder, "node_modules"), Path.Combine(NodePackages.Page, "node_modules"));
        return folder;
    }

    private static EventFrame Read(JsonNode line)
    {
        var read = JsonSerializer.Deserialize(line.ToJsonString(AsStored), ProtocolJson.Wire.EventFrame)!;
        return read with { Effects = read.Effects ?? [] };
    }
}
