using System.Security.Cryptography;
using System.Text;

namespace Im.Hosting.Embedded;

/// <summary>The account Postgres runs as where this process is root, because Postgres refuses to be root.</summary>
internal sealed record ServiceAccount(string Name, uint UserId, uint GroupId)
{
    private const string SystemDataDirectory = "/var/lib/aspire-embedded";

    /// <summary>Null where this process is an ordinary user and needs no other account.</summary>
    public static ServiceAccount? Current { get; } = Environment.IsPrivilegedProcess && !OperatingSystem.IsWindows() ? FindNobody() : null;

    /// <summary>Whether the account may enter every folder above the path.</summary>
    public static bool CanReach(string path)
    {
        if (OperatingSystem.IsWindows()) return true;
        for (var folder = Directory.GetParent(Path.GetFullPath(path)); folder is not null; folder = folder.Parent)
            if (folder.Exists && !folder.UnixFileMode.HasFlag(UnixFileMode.OtherExecute)) return false;
        return true;
    }

    /// <summary>The folder itself, or a stable stand-in for it under /var/lib where a 0700 home hides it from the account.</summary>
    public static string Reachable(string directory, Action<string> progress)
    {
        if (Current is null || CanReach(directory)) return directory;
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFullPath(directory))))[..12];
        var standIn = Path.Combine(SystemDataDirectory, $"{Path.GetFileName(directory)}-{hash}");
        progress($"The account {Current.Name}, which runs Postgres for root, may not enter {directory}: the data is in {standIn}.");
        return standIn;
    }

    public async Task TakeOverAsync(string directory, CancellationToken cancellationToken)
    {
        var result = await Command.RunAsync(new("chown", ["-R", $"{UserId}:{GroupId}", directory]), TimeSpan.FromMinutes(1), cancellationToken);
        if (result.ExitCode != 0) throw new DistributedApplicationException($"{directory} cannot be given to the account {Name}: {result.LastLine}");
    }

    /// <summary>Lets the account read what root fetched, whatever root's umask.</summary>
    public static async Task OpenAsync(string directory, CancellationToken cancellationToken)
    {
        if (Current is null) return;
        var result = await Command.RunAsync(new("chmod", ["-R", "a+rX", directory]), TimeSpan.FromMinutes(1), cancellationToken);
        if (result.ExitCode != 0) throw new DistributedApplicationException($"{directory} cannot be opened to the account {Current.Name}: {result.LastLine}");
    }

    /// <summary>The same program, run as the account the server runs as.</summary>
    public static ProcessStartInfo StartInfo(string program, IEnumerable<string> arguments, string workingDirectory)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = workingDirectory };
        if (Current is { } account) start.UserName = account.Name;
        return start;
    }

    private static ServiceAccount FindNobody()
    {
        var fields = File.ReadLines("/etc/passwd").Select(line => line.Split(':')).FirstOrDefault(fields => fields is ["nobody", _, _, _, ..])
            ?? throw new DistributedApplicationException("Postgres refuses to run as root, and this machine has no account 'nobody': run as an ordinary user.");
        // macOS writes -2.
        return new("nobody", Id(fields[2]), Id(fields[3]));

        static uint Id(string text) => unchecked((uint)long.Parse(text, CultureInfo.InvariantCulture));
    }
}
