using System.Globalization;
using Aspire.Hosting;
using Im.Bench;
using Im.Bench.Load;
using Im.Bench.Measurement;
using Im.Bench.Peers;
using Im.Bench.Report;
using Im.Bench.Scenarios;
using Im.Bench.Seeding;

// The same program is the benchmark and, in processes of their own, what stands beside Im.
return args switch
{
    ["peer", .. var rest] => await SignalRNode.RunAsync(rest),
    ["collector", var port] => await Collector.RunAsync(int.Parse(port, CultureInfo.InvariantCulture)),
    ["seed", .. var rest] => await SeedCommand.RunAsync(rest),
    ["bare", var port, var link] => BareNode.Run(int.Parse(port, CultureInfo.InvariantCulture), int.Parse(link, CultureInfo.InvariantCulture)),
    _ => await MeasureAsync(args),
};

static async Task<int> MeasureAsync(string[] args)
{
    Scenario[] all =
    [
        new CeilingScenario(), new FanOutScenario(), new CrowdScenario(), new PacedScenario(), new EphemeralScenario(), new DurableDeliveryScenario(),
        new DurableThroughputScenario(), new ConnectScenario(), new ReceiversScenario(), new ConversationsScenario(), new HistoryScenario(),
        new IdleMemoryScenario(), new TracesScenario(), new IdleSoakScenario(), new LobbySoakScenario(), new StartScenario(), new SearchScenario(), new ListsScenario(), new SearchCostScenario(), new DoorsScenario(),
    ];
    if (!OperatingSystem.IsLinux())
    {
        Console.Error.WriteLine("The benchmark needs Linux: its load engine uses epoll, and CPU and memory are read from /proc.");
        return 69;
    }
    BenchOptions options;
    try
    {
        options = BenchOptions.Parse(args);
        if (options.Only.FirstOrDefault(name => all.All(s => s.Name != name)) is { } unknown)
            throw new ArgumentException($"There is no scenario '{unknown}', but {string.Join(", ", all.Select(s => s.Name))}.");
    }
    catch (ArgumentException e)
    {
        Console.Error.WriteLine($"{e.Message}\n\n{BenchOptions.Usage}");
        return 64;
    }
    using var cancel = new CancellationTokenSource();
    Console.CancelKeyPress += (_, press) =>
    {
        press.Cancel = true;
        cancel.Cancel();
    };
    var machine = Machine.Describe();
    var run = new BenchRun(options.Plan, options.Against, cancel.Token);
    try
    {
        var figures = await run.RunAsync([.. all.Where(s => options.Only.Count == 0 ? s.RunsUnnamed(options) : options.Only.Contains(s.Name))]);
        Console.WriteLine($"\n{machine}\n{options.Plan.Rounds} rounds of {options.Plan.Window.TotalSeconds} s, {BenchProgram.Configuration} build, {DateTime.UtcNow:yyyy-MM-dd}\n");
        Console.WriteLine(FigureTable.Write(figures));
        foreach (var note in run.Notes)
            Console.WriteLine($"\n{note}");
        if (options.JsonFile is { } file)
            FigureFile.Write(file, figures);
        return 0;
    }
    catch (OperationCanceledException) when (cancel.IsCancellationRequested)
    {
        return 130;
    }
    catch (Exception e) when (e is LoadException or DistributedApplicationException)
    {
        Console.Error.WriteLine($"\nFAILED: {e.Message}");
        return 1;
    }
}
