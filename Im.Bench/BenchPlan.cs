using Im.Bench.Seeding;

namespace Im.Bench;

/// <summary>How large and how long everything is.</summary>
internal sealed record BenchPlan
{
    public int Rounds { get; init; } = 3;

    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A load is warmed up again while the nodes still compile, so often at most.</summary>
    public int MaxWarmUps { get; init; } = 4;

    /// <summary>One measured round of one load.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Everybody hears who came; for so long a room is left alone before it is used.</summary>
    public TimeSpan Rest { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Of the fan-out, over both nodes.</summary>
    public int Receivers { get; init; } = 200;

    /// <summary>For the growth of a delivery's cost.</summary>
    public IReadOnlyList<int> GrowingReceivers { get; init; } = [20, 200, 2_000];

    /// <summary>On each node, for round trips of what is not stored; each of one node types to each of the other.</summary>
    public int Typists { get; init; } = 64;

    /// <summary>Of the durable throughput, each in a conversation of its own.</summary>
    public int DurableSenders { get; init; } = 64;

    /// <summary>With the search's index and without: so many a second as the indexer keeps up with.</summary>
    public double IndexedSends { get; init; } = 1_500;

    public int IdleConnections { get; init; } = 5_000;

    /// <summary>Until memory is read, after the last connection.</summary>
    public TimeSpan IdleFor { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Of the connect rate, one round.</summary>
    public int Connects { get; init; } = 2_000;

    /// <summary>For the growth of a send's cost; ten senders share them.</summary>
    public int ManyConversations { get; init; } = 100_000;

    /// <summary>In the conversation whose history is read.</summary>
    public int ManyMessages { get; init; } = 100_000;

    /// <summary>Among which the search looks.</summary>
    public int SearchMessages { get; init; } = 1_000_000;

    /// <summary>In which lists, pages, people and words are asked for.</summary>
    public SeedPlan Seed { get; init; } = new();

    /// <summary>Of each of these.</summary>
    public int Questions { get; init; } = 300;

    /// <summary>Of the AppHost, measured.</summary>
    public int Starts { get; init; } = 5;

    public TimeSpan IdleSoak { get; init; } = TimeSpan.FromMinutes(10);

    public TimeSpan LobbySoak { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Of the lobby's soak, over both nodes.</summary>
    public int SoakReceivers { get; init; } = 2_000;

    public static BenchPlan Full { get; } = new();

    /// <summary>Everything in about two minutes.</summary>
    public static BenchPlan Quick { get; } = new()
    {
        Rounds = 1,
        WarmUp = TimeSpan.FromSeconds(1.5),
        MaxWarmUps = 2,
        Window = TimeSpan.FromSeconds(1.5),
        GrowingReceivers = [20, 200, 1_000],
        IdleConnections = 1_000,
        IdleFor = TimeSpan.FromSeconds(3),
        Connects = 500,
        ManyConversations = 20_000,
        ManyMessages = 20_000,
        SearchMessages = 100_000,
        Seed = new(100_000, 500, 2_000),
        Questions = 100,
        Starts = 2,
    };

    /// <summary>As small as it gets: for errors, not for figures.</summary>
    public static BenchPlan Smoke { get; } = new()
    {
        Rounds = 1,
        WarmUp = TimeSpan.FromMilliseconds(200),
        MaxWarmUps = 1,
        Window = TimeSpan.FromMilliseconds(300),
        Rest = TimeSpan.FromMilliseconds(100),
        Receivers = 20,
        GrowingReceivers = [10, 20, 40],
        DurableSenders = 8,
        IndexedSends = 100,
        IdleConnections = 50,
        IdleFor = TimeSpan.FromMilliseconds(200),
        Connects = 20,
        ManyConversations = 100,
        IdleSoak = TimeSpan.FromMilliseconds(500),
        LobbySoak = TimeSpan.FromSeconds(1),
        SoakReceivers = 40,
        ManyMessages = 200,
        SearchMessages = 2_000,
        Seed = new(1_500, 20, 50),
        Questions = 3,
        Starts = 1,
    };
}
