using System.Diagnostics;

namespace Im.Tests.Client;

/// <summary>The TypeScript side of the repository. Classes that build it share a collection, for they write to the same folder.</summary>
internal static class NodePackages
{
    public const string Collection = "Node packages";

    public static string Root { get; } = FindRoot();

    public static string Page { get; } = Path.Combine(Root, "Im.Web", "Page");

    /// <summary>Runs to the end within 3 minutes; what it printed, or a failed test.</summary>
    public static async Task<string> RunAsync(string folder, string program, params string[] arguments)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync(limit.Token);
        var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        Assert.True(process.ExitCode == 0, output + await error);
        return output;
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Im.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("The tests do not run inside the repository.");
        return folder.FullName;
    }
}
