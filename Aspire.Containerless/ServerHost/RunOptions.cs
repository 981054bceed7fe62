namespace Aspire.Containerless.ServerHost;

/// <summary>The command line after the verb: <c>--name value</c> pairs, then <c>--</c> and the program.</summary>
internal sealed record RunOptions(IReadOnlyDictionary<string, string> Values, string[] Program)
{
    /// <summary>A folder to delete after the server was asked to end.</summary>
    public string? ThrowAwayDirectory => Values.GetValueOrDefault("--throw-away");

    /// <summary>A file to hold locked while the server runs.</summary>
    public string? LockFile => Values.GetValueOrDefault("--lock");

    public string Required(string name) =>
        Values.TryGetValue(name, out var value) ? value : throw new ArgumentException($"{name} is missing");

    public static RunOptions Parse(string[] arguments)
    {
        var end = Array.IndexOf(arguments, "--");
        var pairs = end < 0 ? arguments : arguments[..end];
        var values = pairs.Chunk(2).ToDictionary(pair => pair[0], pair => pair.Length == 2 ? pair[1] : throw new ArgumentException($"{pair[0]} has no value"));
        return new(values, end < 0 ? [] : arguments[(end + 1)..]);
    }
}
