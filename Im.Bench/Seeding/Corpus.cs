using System.Text;

namespace Im.Bench.Seeding;

/// <summary>Texts whose words come as often as they do in a language: the second half as often as the first, the third a third as often (Zipf). The same in each run with the same seed.</summary>
internal sealed class Corpus
{
    private const int Vocabulary = 30_000;

    private readonly Random _random;
    private readonly string[] _words;
    private readonly double[] _upTo;
    private readonly string _between;
    private readonly (int Least, int Most) _length;
    private int _next;

    private Corpus(int seed, string name, string between, (int Least, int Most) length, Func<Random, int, string> word)
    {
        (_random, Name, _between, _length) = (new(seed), name, between, length);
        _words = [.. Enumerable.Range(0, Vocabulary * 2).Select(rank => word(_random, rank)).Distinct().Take(Vocabulary)];
        _upTo = new double[_words.Length];
        var sum = 0.0;
        for (var rank = 0; rank < _words.Length; rank++)
            _upTo[rank] = sum += 1.0 / (rank + 2);
    }

    public string Name { get; }

    /// <summary>Five terms of each kind.</summary>
    public IReadOnlyList<(string What, bool IsRare, IReadOnlyList<string> Words)> Asked { get; private init; } = [];

    /// <summary>Words of two to eleven letters, 5 to 20 of them.</summary>
    public static Corpus English(int seed = 1) => Make(seed, "English", " ", (5, 20), (random, rank) =>
    {
        const string Consonants = "bcdfghklmnprstvw", Vowels = "aeiou";
        var word = new StringBuilder();
        for (var i = 0; i <= Math.Min(4, Math.Log10(rank + 3)); i++)
            word.Append(Consonants[random.Next(Consonants.Length)]).Append(Vowels[random.Next(Vowels.Length)]);
        return random.Next(2) == 0 ? word.ToString() : word.Append(Consonants[random.Next(Consonants.Length)]).ToString();
    }, rare => $"zq{(char)('a' + rare)}x{(char)('a' + rare)}");

    /// <summary>Words of one to three characters out of 3,000, 5 to 20 of them.</summary>
    public static Corpus Chinese(int seed = 1) => Make(seed, "Chinese", "", (5, 20), (random, rank) =>
        string.Concat(Enumerable.Range(0, rank < 200 ? 1 : random.Next(10) < 8 ? 2 : 3).Select(_ => (char)(0x4E00 + (int)(3_000 * Math.Pow(random.NextDouble(), 2))))),
        rare => $"{(char)(0x8000 + (rare * 2))}{(char)(0x8001 + (rare * 2))}");

    /// <summary>The next text. One of 20,000 has one of the rare words, each of which is in one of 200,000.</summary>
    public string Next()
    {
        var text = new StringBuilder();
        for (var left = _random.Next(_length.Least, _length.Most + 1); left > 0; left--)
            text.Append(text.Length > 0 ? _between : "").Append(Word());
        if (++_next % 20_000 == 0)
            text.Append(_between).Append(Rare[_next / 20_000 % Rare.Length]);
        return text.ToString();
    }

    private string[] Rare { get; init; } = [];

    private string Word()
    {
        var at = Array.BinarySearch(_upTo, _random.NextDouble() * _upTo[^1]);
        return _words[Math.Min(at < 0 ? ~at : at, _words.Length - 1)];
    }

    private static Corpus Make(int seed, string name, string between, (int, int) length, Func<Random, int, string> word, Func<int, string> rare)
    {
        string[] rares = [.. Enumerable.Range(0, 10).Select(rare)];
        var corpus = new Corpus(seed, name, between, length, word);
        return new(seed, name, between, length, word)
        {
            Rare = rares,
            Asked =
            [
                ("in 1 of 200,000", true, rares[..5]),
                ("in about 1 of 30,000", true, Two(20_000)),
                ("in about 1 of 1,000", false, Two(900)),
                ("in about 1 of 100", false, Two(250)),
                ("in about 1 of 10", false, name == "Chinese" ? Two(200) : Two(12)),
            ],
        };

        string[] Two(int from) => [.. corpus._words.Skip(from).Where(w => w.Length > 1).Take(5)];
    }
}
