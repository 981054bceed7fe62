using System.Globalization;

namespace Im.Bench.Measurement;

/// <summary>What the operating system says of processes and of everything below them (Linux, /proc).</summary>
internal sealed class ProcessTree
{
    // USER_HZ: the unit of /proc/*/stat, the same on every Linux that .NET runs on.
    private const double TicksPerSecond = 100;

    // The kernel keeps 15 characters of a thread's name.
    private const string CompilerThread = ".NET Tiered Com";

    private readonly ILookup<int, Entry> _children;
    private readonly Dictionary<int, Entry> _all;

    private ProcessTree(List<Entry> entries)
    {
        _children = entries.ToLookup(e => e.Parent);
        _all = entries.ToDictionary(e => e.Id);
    }

    public static ProcessTree Read()
    {
        var entries = new List<Entry>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) && TryRead(id) is { } entry)
                entries.Add(entry);
        return new(entries);
    }

    public IEnumerable<int> Ids => _all.Keys;

    public IEnumerable<int> WithAllBelow(int id) => [id, .. _children[id].SelectMany(child => WithAllBelow(child.Id))];

    /// <summary>False too for one that has ended and was not waited for.</summary>
    public static bool IsRunning(int id) => TryRead(id) is { State: not ("Z" or "X") };

    /// <summary>Whether the process was started with this variable (<c>NAME=value</c>). False where it is not ours to know.</summary>
    public static bool Inherited(int id, string variable) => Text($"/proc/{id}/environ").Split('\0').Contains(variable);

    public static string NameOf(int id) => Text($"/proc/{id}/comm").TrimEnd();

    /// <summary>CPU seconds, user and system, of the process and all below it; those that have ended and were waited for included.</summary>
    public double CpuSeconds(int id) =>
        _all.TryGetValue(id, out var entry) ? (entry.OwnTicks + entry.EndedChildrenTicks) / TicksPerSecond + _children[id].Sum(child => CpuSeconds(child.Id)) : 0;

    /// <summary>CPU seconds of the threads in which .NET still compiles what it runs often, as far as they live.</summary>
    public double CompilerSeconds(int id) => CompilerTicks(id) / TicksPerSecond + _children[id].Sum(child => CompilerSeconds(child.Id));

    /// <summary>Resident memory in bytes of the largest process among the process and those below it: the program itself, not what stands over it.</summary>
    public long ResidentBytes(int id) => Math.Max(ReadResidentBytes(id), _children[id].Select(child => ResidentBytes(child.Id)).DefaultIfEmpty().Max());

    /// <summary>The program below what stands over it.</summary>
    public int ProgramId(int id) => _children[id].FirstOrDefault() is { } child ? ProgramId(child.Id) : id;

    // Fields after the name, which may hold anything but ends at the last parenthesis: 3 state, 4 parent, 14 utime, 15 stime, 16 cutime, 17 cstime.
    private static Entry? TryRead(int id) => TryRead(id, $"/proc/{id}");

    private static Entry? TryRead(int id, string folder)
    {
        try
        {
            var text = File.ReadAllText($"{folder}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return new(id, fields[0], (int)Number(fields[1]), Number(fields[11]) + Number(fields[12]), Number(fields[13]) + Number(fields[14]));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // ended meanwhile
        }
    }

    private static long CompilerTicks(int id)
    {
        try
        {
            return Directory.EnumerateDirectories($"/proc/{id}/task")
                .Where(task => File.ReadAllText($"{task}/comm").StartsWith(CompilerThread, StringComparison.Ordinal))
                .Sum(task => TryRead(id, task)?.OwnTicks ?? 0);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static long ReadResidentBytes(int id)
    {
        try
        {
            var line = File.ReadLines($"/proc/{id}/status").FirstOrDefault(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
            return line is null ? 0 : Number(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static string Text(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ""; // ended meanwhile, or somebody else's
        }
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private sealed record Entry(int Id, string State, int Parent, long OwnTicks, long EndedChildrenTicks);
}
