using System.Globalization;

namespace Im.Bench;

/// <summary>The command line.</summary>
internal sealed record BenchOptions(BenchPlan Plan, string? JsonFile, IReadOnlyList<string> Only, bool WithSoaks, string? Against)
{
    public const string Usage = """
        dotnet run -c Release --project Im.Bench -- [options]
          --quick              two minutes instead of ten: fewer and shorter rounds
          --smoke              as small as it gets: shows errors, its figures mean nothing
          --only NAME[,NAME]   only these scenarios
          --soaks              the soaks too: a quarter of an hour more
          --rounds N           measured rounds of each load, and of the start
          --against DIR        another commit's clone: its build is measured too, in the same rounds
          --json FILE          writes the figures there too
        """;

    /// <exception cref="ArgumentException">The message is for a person.</exception>
    public static BenchOptions Parse(string[] args)
    {
        var (plan, rounds, json, only, withSoaks, against) = (BenchPlan.Full, (int?)null, (string?)null, (string[])[], false, (string?)null);
        for (var rest = new Queue<string>(args); rest.TryDequeue(out var option);)
            switch (option)
            {
                case "--quick":
                    plan = BenchPlan.Quick;
                    break;
                case "--smoke":
                    plan = BenchPlan.Smoke;
                    break;
                case "--only" when rest.TryDequeue(out var names):
                    only = names.Split(',');
                    break;
                case "--soaks":
                    withSoaks = true;
                    break;
                case "--json" when rest.TryDequeue(out json):
                    break;
                case "--against" when rest.TryDequeue(out against):
                    break;
                case "--rounds" when rest.TryDequeue(out var number) && int.TryParse(number, CultureInfo.InvariantCulture, out var parsed) && parsed > 0:
                    rounds = parsed;
                    break;
                default:
                    throw new ArgumentException($"Not understood: {option}");
            }
        return new(plan with { Rounds = rounds ?? plan.Rounds, Starts = rounds ?? plan.Starts }, json, only, withSoaks, against is null ? null : Path.GetFullPath(against));
    }
}
