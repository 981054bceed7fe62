using Im.Protocol;

namespace Im.Core.Search;

/// <summary>
/// What is looked for: terms, each of which a text must have. Blanks part them but within quotes; a term's units stand one behind the other in the text, and where nothing is between them in the term,
/// nothing is in the text. No character has another meaning.
/// </summary>
public sealed class SearchTerms
{
    private readonly List<List<SearchUnit>> _terms = [];

    private SearchTerms()
    {
    }

    public bool IsEmpty => _terms.Count == 0;

    public static SearchTerms Parse(string query)
    {
        var terms = new SearchTerms();
        var parts = query.Split('"');
        for (var i = 0; i < parts.Length; i++)
            if (i % 2 == 1 && i < parts.Length - 1)
                terms.Add(parts[i]);
            else
                foreach (var word in parts[i].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
                    terms.Add(word);
        return terms;
    }

    private void Add(string term)
    {
        var units = new List<SearchUnit>();
        SearchText.Read(term, units);
        if (units.Count > 0)
            _terms.Add(units);
    }

    internal void AddTokens(ISet<short> tokens) => _terms.ForEach(term => SearchText.AddTokens(term, tokens));

    /// <summary>Where the terms stand in the text, start and length, ascending and apart from each other, at most <see cref="SearchLimits.MaxMatches"/>; null where one is missing.</summary>
    internal IReadOnlyList<IReadOnlyList<int>>? Match(IReadOnlyList<SearchUnit> units)
    {
        var found = new List<(int Start, int End)>();
        foreach (var term in _terms)
        {
            var before = found.Count;
            for (var at = 0; at + term.Count <= units.Count; at++)
                if (StandsAt(units, at, term))
                    found.Add((units[at].Start, units[at + term.Count - 1].End));
            if (found.Count == before)
                return null;
        }
        found.Sort();
        var ranges = new List<int[]>();
        foreach (var (start, end) in found)
            if (ranges.Count > 0 && start <= ranges[^1][0] + ranges[^1][1])
                ranges[^1][1] = Math.Max(ranges[^1][1], end - ranges[^1][0]);
            else if (ranges.Count == SearchLimits.MaxMatches)
                break;
            else
                ranges.Add([start, end - start]);
        return ranges;
    }

    private static bool StandsAt(IReadOnlyList<SearchUnit> units, int at, List<SearchUnit> term)
    {
        for (var i = 0; i < term.Count; i++)
            if (units[at + i].Hash != term[i].Hash || i > 0 && term[i].IsJoined && !units[at + i].IsJoined)
                return false;
        return true;
    }
}
