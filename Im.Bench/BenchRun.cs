using System.Diagnostics;
using System.Globalization;
using Im.Bench.Load;
using Im.Bench.Measurement;
using Im.Bench.Peers;
using Im.Bench.Report;
using Im.Bench.Scenarios;

namespace Im.Bench;

/// <summary>One run: the systems under test side by side, the load engine, and the scenarios one after the other.</summary>
internal sealed class BenchRun(BenchPlan plan, string? against, CancellationToken cancelled)
{
    /// <summary>The engine has one thread; busier than this it may be what limits a figure.</summary>
    private const double EngineBusyCores = 0.85;

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly List<string> _notes = [];
    private readonly List<Peer> _peers = [];
    private readonly Clone? _base = against is null ? null : new(against, Column.Base);
    private string _scenario = "begin";
    private bool _withoutBase;

    public BenchPlan Plan => plan;

    public CancellationToken Cancelled => cancelled;

    public LoadLoop Loop { get; private set; } = new();

    /// <summary>All that stands side by side, in the order of their turns.</summary>
    public IReadOnlyList<Peer> Peers => [.. _peers.Where(peer => !_withoutBase || peer.Column != Column.Base)];

    /// <summary>This build of Im, and the one to compare with if there is one.</summary>
    public IReadOnlyList<ImPeer> Builds => [.. Peers.OfType<ImPeer>()];

    /// <summary>Where the two come from.</summary>
    public IReadOnlyList<Clone> Clones => _base is null || _withoutBase ? [Clone.Own] : [Clone.Own, _base];

    /// <summary>What a reader of the figures must know.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Starts everything, asks every scenario, ends everything.</summary>
    public async Task<IReadOnlyList<Figure>> RunAsync(IReadOnlyList<Scenario> scenarios)
    {
        var figures = new List<Figure>();
        try
        {
            if (scenarios.Any(scenario => scenario.NeedsPeers))
                await StartPeersAsync();
            foreach (var scenario in scenarios)
            {
                _scenario = scenario.Name;
                figures.AddRange(await RunAsync(scenario));
            }
            return figures;
        }
        finally
        {
            _scenario = "end";
            Loop.Dispose();
            await Task.WhenAll(_peers.Select(peer => peer.DisposeAsync().AsTask()));
        }
    }

    public void Say(string what) => Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_clock.Elapsed:mm\\:ss} {_scenario}: {what}"));

    public void Note(string what) => _notes.Add($"{_scenario}: {what}");

    /// <summary>Says so when nodes were measured before they were warm.</summary>
    public void NoteCompiler(IEnumerable<Measured<Window>> measured)
    {
        foreach (var (system, windows) in measured)
            if (new Series(windows.Select(w => w.CompilerShare)).Median is > Rounds.WarmCompilerShare and var share)
                Note(string.Create(CultureInfo.InvariantCulture, $"{system.Name} was not warm: {share:P0} of its nodes' CPU went into compiling"));
    }

    /// <summary>Says so when it is the load engine that limits what was measured.</summary>
    public void NoteEngine(IEnumerable<Measured<Window>> measured)
    {
        foreach (var (system, windows) in measured)
            if (new Series(windows.Select(w => w.EngineCores)).Median is > EngineBusyCores and var busy)
                Note(string.Create(CultureInfo.InvariantCulture, $"{system.Name} is client-bound: the load engine kept {busy:0.00} of a core busy"));
    }

    /// <summary>Their nodes start when they are first needed.</summary>
    private async Task StartPeersAsync()
    {
        if (_base is not null)
            await _base.BuildAsync("Im.Realtime", BenchProgram.Configuration, Say, cancelled);
        Say("starting Redis and Postgres");
        foreach (var clone in Clones)
            _peers.Add(await ImPeer.StartAsync(clone, Say, cancelled));
        _peers.Add(await SignalRPeer.StartAsync(Say, cancelled));
    }

    /// <summary>A scenario that the base fails is asked again without it, with a note.</summary>
    private async Task<IReadOnlyList<Figure>> RunAsync(Scenario scenario)
    {
        try
        {
            return await scenario.RunAsync(this);
        }
        catch (LoadException e) when (e.System is { Column: Column.Base })
        {
            Say("again, without the base");
            Note($"not measured on {e.Message}");
        }
        Loop.Dispose();
        Loop = new();
        await Task.WhenAll(Peers.Where(peer => peer.Column == Column.Base).Select(peer => peer.StopNodesAsync()));
        _withoutBase = true;
        try
        {
            return await scenario.RunAsync(this);
        }
        finally
        {
            _withoutBase = false;
        }
    }
}
