using System.Globalization;

namespace Im.Bench.Seeding;

/// <summary>What is put into a store. The same plan makes the same people, memberships, texts and read positions, in the same order; the ids of rooms and the times of commits are the store's.</summary>
/// <param name="Messages">Lines that people wrote; what happens to them, and what rooms say of themselves, comes on top.</param>
/// <param name="People">At least 2. The first of them is in every tenth room.</param>
/// <param name="Password">Everybody's; null: nobody can log in.</param>
internal sealed record SeedPlan(int Messages = 1_000_000, int Rooms = 1_000, int People = 5_000, int Seed = 1, string? Password = null)
{
    public const string Usage = """
        dotnet run -c Release --project Im.Bench -- seed --database CONNECTION [options]
          --database CONNECTION  of the store's Postgres, such as "Host=127.0.0.1;Port=5432;Username=postgres;Password=…;Database=im"; the schema is made where it is missing
          --messages N           lines that people wrote, 1,000,000
          --rooms N              1,000
          --people N             5,000
          --seed N               another seed makes others, 1
          --password TEXT        everybody's; without one nobody can log in
        """;

    /// <exception cref="ArgumentException">The message is for a person.</exception>
    public static (SeedPlan Plan, string Database) Parse(string[] args)
    {
        var (plan, database) = (new SeedPlan(), (string?)null);
        for (var rest = new Queue<string>(args); rest.TryDequeue(out var option);)
            switch (option)
            {
                case "--database" when rest.TryDequeue(out database):
                    break;
                case "--messages" when TryNumber(rest, 0, out var messages):
                    plan = plan with { Messages = messages };
                    break;
                case "--rooms" when TryNumber(rest, 0, out var rooms):
                    plan = plan with { Rooms = rooms };
                    break;
                case "--people" when TryNumber(rest, 2, out var people):
                    plan = plan with { People = people };
                    break;
                case "--seed" when TryNumber(rest, 0, out var seed):
                    plan = plan with { Seed = seed };
                    break;
                case "--password" when rest.TryDequeue(out var password):
                    plan = plan with { Password = password };
                    break;
                default:
                    throw new ArgumentException($"Not understood: {option}");
            }
        return (plan, database ?? throw new ArgumentException("--database is missing."));
    }

    private static bool TryNumber(Queue<string> rest, int least, out int number)
    {
        number = 0;
        return rest.TryDequeue(out var text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= least;
    }
}
