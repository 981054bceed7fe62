namespace Im.Tests.Faults;

/// <summary>One client of a crowd.</summary>
/// <param name="Person">Index of its user; two tabs may belong to one.</param>
/// <param name="Node">0 or 1: the node it asks for. A person's second tab asks for the other one.</param>
internal sealed record TabPlan(int Index, int Person, int Node);

/// <summary>What a tab does: says something, or changes or marks a line that it shows.</summary>
internal enum Deed
{
    Text,
    Reply,
    Poll,
    Edit,
    Recall,
    Reaction,
    Vote,
    Read,
}

/// <summary>What a tab does next.</summary>
/// <param name="After">The pause before it.</param>
/// <param name="To">Index of the person it goes to; null for the lobby.</param>
/// <param name="Which">0 to 1: the line, among those of which it may be.</param>
internal sealed record Utterance(TimeSpan After, int? To, Deed What, double Which);

/// <summary>Everything a seed decides: who has two tabs, who talks to whom and when, when the fault comes and whom it hits. The same seed, the same plan.</summary>
internal sealed class CrowdPlan
{
    /// <summary>Of all tabs together, on average; half of it in the lobby.</summary>
    public const int MessagesPerSecond = 80;

    private static readonly Deed[] Deeds = // of so many
    [
        .. Enumerable.Repeat(Deed.Text, 22), .. Enumerable.Repeat(Deed.Reply, 3), .. Enumerable.Repeat(Deed.Poll, 2), .. Enumerable.Repeat(Deed.Edit, 4),
        .. Enumerable.Repeat(Deed.Recall, 2), .. Enumerable.Repeat(Deed.Reaction, 4), .. Enumerable.Repeat(Deed.Vote, 3), .. Enumerable.Repeat(Deed.Read, 2),
    ];

    private readonly TimeSpan _averagePause;

    public CrowdPlan(int seed, int tabs = 20, int guests = 2)
    {
        Seed = seed;
        Guests = guests;
        People = Math.Min(tabs * 4 / 5, 40);
        _averagePause = TimeSpan.FromSeconds((double)tabs / MessagesPerSecond);
        var random = new Random(seed);
        Tabs = [.. Enumerable.Range(0, tabs).Select(i => i < People ? new TabPlan(i, i, i % 2) : new TabPlan(i, random.Next(People), -1))];
        Tabs = [.. Tabs.Select(tab => tab.Node < 0 ? tab with { Node = 1 - tab.Person % 2 } : tab)];
        Directs = [.. Enumerable.Range(0, People).Select(one => (one, (one + 1 + random.Next(People - 1)) % People))];
        FaultAfter = TimeSpan.FromSeconds(0.8 + random.NextDouble());
        Victim = random.Next(2);
        Chance = random;
    }

    public int Seed { get; }

    public int People { get; }

    /// <summary>Connections without a user, which only read.</summary>
    public int Guests { get; }

    public IReadOnlyList<TabPlan> Tabs { get; }

    /// <summary>Who talks to whom: each person has somebody to begin with.</summary>
    public IReadOnlyList<(int One, int Other)> Directs { get; }

    /// <summary>From the first message to the fault.</summary>
    public TimeSpan FaultAfter { get; }

    /// <summary>The node it hits, as in <see cref="TabPlan.Node"/>.</summary>
    public int Victim { get; }

    /// <summary>For whatever else a fault has to choose; asked by one caller, in order.</summary>
    public Random Chance { get; }

    /// <summary>What a tab does, without end.</summary>
    /// <param name="round">From 0: each time they begin to talk they do something else.</param>
    public IEnumerable<Utterance> Talk(TabPlan tab, int round)
    {
        var random = new Random(unchecked((Seed * 1_000_003 + round) * 1_009 + tab.Index)); // not System.HashCode, which differs from process to process
        int[] peers = [.. Directs.Where(d => d.One == tab.Person || d.Other == tab.Person).Select(d => d.One == tab.Person ? d.Other : d.One)];
        while (true)
            yield return new(
                _averagePause * (0.4 + 1.2 * random.NextDouble()), random.Next(2) == 0 ? null : peers[random.Next(peers.Length)], Deeds[random.Next(Deeds.Length)], random.NextDouble());
    }
}
