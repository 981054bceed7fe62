using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Im.Protocol;
using Im.Tests.Checker;
using Im.Tests.Client;
using Im.Tests.Fixtures;

namespace Im.Tests.Faults;

/// <summary>The page's client, in TypeScript under Node: a guest with the lobby open through all the faults of a class, straight to a node and by the gateway.</summary>
public sealed class PageDevice(ImAppFixture im) : IAsyncLifetime
{
    // Trims as a page does that somebody looks at. For a line with two sequences it waits for the second, and says which lines after the first it shows.
    private const string Script = """
        import { ImClient, lobby } from './client/src/index.js';
        import { WebSocket } from 'ws';
        import { createInterface } from 'node:readline';

        const timelines = await Promise.all([true, false].map(async (direct) => {
          let Cookie = ''; // as a browser keeps it
          const withCookie = async (input, init) => {
            const answer = await fetch(input, { ...init, headers: { ...init.headers, Cookie } });
            Cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? Cookie;
            return answer;
          };
          const webSocket = (url, headers, protocols) => new WebSocket(url, protocols, { headers: { ...headers, Cookie } });
          const im = new ImClient({ origin: process.argv[2], maxFillEvents: Infinity, direct, fetch: withCookie, webSocket });
          const timeline = im.timeline(lobby);
          timeline.on('change', () => timeline.trim(10_000));
          const ready = new Promise((done) => im.on('state', ({ phase }) => phase === 'ready' && done()));
          im.connect();
          await ready;
          return timeline;
        }));
        console.log('ready');
        for await (const asked of createInterface({ input: process.stdin })) {
          const [after, upTo] = asked.split(' ').map(Number);
          while (timelines.some(({ lastSeq }) => (lastSeq ?? 0) < upTo)) await new Promise((done) => setTimeout(done, 10));
          console.log(JSON.stringify(timelines.map(({ lines }) => lines.filter(({ seq }) => seq > after))));
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

    /// <summary>The lobby's lines after a sequence, once both have got as far as another one.</summary>
    internal async Task<IReadOnlyList<(string Name, IReadOnlyList<ShownLine> Shown)>> ShowAsync(long after, long upTo, TimeSpan patience)
    {
        await _node.StandardInput.WriteLineAsync($"{after} {upTo}");
        var shown = await _node.StandardOutput.ReadLineAsync().WaitAsync(patience);
        return [.. ((string[])["the page", "the page by the gateway"]).Zip(JsonNode.Parse(shown!)!.AsArray(), (name, lines) =>
            (name, (IReadOnlyList<ShownLine>)[.. lines!.AsArray().Select(line => ShownLine.Of(Read(line!)))]))];
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
