namespace Im.Hosting.ServerHost;

/// <summary>The command line after the verb: <c>--name value</c> pairs, then <c>--</c> and the program.</summary>
internal sealed record RunOptions(IReadOnlyDictionary<string, string> Values, string[] Program)
{
    /// <summary>A folder to delete after the server was asked to end.</summary>
    public string? ThrowAwayDirectory => Values.GetValueOrDefault("--throw-away");

    /// <summary>A file to hold locked while the server runs.</summary>
    public string? LockFile => Values.GetValueOrDefault("--lock");

    /// <summary>A process with which the server ends, beside the parent; null for none.</summary>
    public int? Watched => Values.TryGetValue("--watch", out var id) ? int.Parse(id) : null;

    public string Required(string name) => Values.TryGetValue(name, out var value) ? value : throw new ArgumentException($"{name} is missing");

    public static RunOptions Parse(string[] arguments)
    {
        var end = Array.IndexOf(arguments, "--") is >= 0 and var found ? found : arguments.Length;
        return new(arguments[..end].Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]), arguments[Math.Min(end + 1, arguments.Length)..]);
    }
}
