using System.Diagnostics;
using System.Globalization;
using Im.Bench.Load;

namespace Im.Bench.Seeding;

/// <summary><c>seed</c>: fills a store that is there.</summary>
internal static class SeedCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        using var cancel = new CancellationTokenSource();
        Console.CancelKeyPress += (_, press) =>
        {
            press.Cancel = true;
            cancel.Cancel();
        };
        var watch = Stopwatch.StartNew();
        try
        {
            var (plan, database) = SeedPlan.Parse(args);
            await Seeder.RunAsync(database, plan, what => Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{watch.Elapsed:mm\\:ss} {what}")), cancel.Token);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{plan.Messages:#,0} messages, {plan.Rooms:#,0} rooms and {plan.People:#,0} people of seed {plan.Seed} are stored, after {watch.Elapsed.TotalSeconds:0} s."));
            return 0;
        }
        catch (ArgumentException e)
        {
            Console.Error.WriteLine($"{e.Message}\n\n{SeedPlan.Usage}");
            return 64;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return 130;
        }
        catch (LoadException e)
        {
            Console.Error.WriteLine($"FAILED: {e.Message}");
            return 1;
        }
    }
}
