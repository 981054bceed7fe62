using System.Diagnostics;
using System.Globalization;
using Im.Bench.Load;
using Im.Bench.Measurement;
using Im.Bench.Peers;
using Im.Bench.Report;
using Im.Bench.Scenarios;

namespace Im.Bench;

/// <summary>One run: the systems under test side by side, the load engine, and the scenarios one after the other.</summary>
internal sealed class BenchRun(BenchPlan plan, CancellationToken cancelled)
{
    /// <summary>The engine has one thread; busier than this it may be what limits a figure.</summary>
    private const double EngineBusyCores = 0.85;

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly List<string> _notes = [];
    private string _scenario = "start";

    public BenchPlan Plan => plan;

    public CancellationToken Cancelled => cancelled;

    public LoadLoop Loop { get; } = new();

    public ImPeer Im { get; private set; } = null!;

    public SignalRPeer Peer { get; private set; } = null!;

    /// <summary>What a reader of the figures must know.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Starts everything, asks every scenario, ends everything.</summary>
    public async Task<IReadOnlyList<Figure>> RunAsync(IReadOnlyList<Scenario> scenarios)
    {
        var figures = new List<Figure>();
        try
        {
            Say("starting Redis and Postgres");
            await Task.WhenAll(
                Task.Run(async () => Im = await ImPeer.StartAsync(Say, cancelled), cancelled),
                Task.Run(async () => Peer = await SignalRPeer.StartAsync(Say, cancelled), cancelled));
            foreach (var scenario in scenarios)
            {
                _scenario = scenario.Name;
                figures.AddRange(await scenario.RunAsync(this));
            }
            return figures;
        }
        finally
        {
            _scenario = "end";
            Loop.Dispose();
            await Task.WhenAll(Im is null ? Task.CompletedTask : Im.DisposeAsync().AsTask(), Peer is null ? Task.CompletedTask : Peer.DisposeAsync().AsTask());
        }
    }

    public void Say(string what) => Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_clock.Elapsed:mm\\:ss} {_scenario}: {what}"));

    public void Note(string what) => _notes.Add($"{_scenario}: {what}");

    /// <summary>Says so when nodes were measured before they were warm.</summary>
    public void NoteCompiler(Peer peer, IEnumerable<Window> windows)
    {
        var share = new Series(windows.Select(w => w.CompilerShare)).Median;
        if (share > Rounds.WarmCompilerShare)
            Note(string.Create(CultureInfo.InvariantCulture, $"{peer.Name} was not warm: {share:P0} of its nodes' CPU went into compiling"));
    }

    /// <summary>Says so when it is the load engine that limits what was measured.</summary>
    public void NoteEngine(Peer peer, IEnumerable<Window> windows)
    {
        var busy = new Series(windows.Select(w => w.EngineCores)).Median;
        if (busy > EngineBusyCores)
            Note(string.Create(CultureInfo.InvariantCulture, $"{peer.Name} is client-bound: the load engine kept {busy:0.00} of a core busy"));
    }
}
