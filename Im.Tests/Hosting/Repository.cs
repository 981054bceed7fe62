using System.Diagnostics;

namespace Im.Tests.Hosting;

/// <summary>The clone these tests were built from.</summary>
internal static class Repository
{
    public static string Path { get; } = System.IO.Path.GetDirectoryName(Projects.Im_AppHost.ProjectPath)!;

    /// <summary>Runs <c>dotnet</c>, as a person would and not as a child of this build.</summary>
    /// <param name="path">PATH; null for this process's.</param>
    public static async Task<string> DotnetAsync(string folder, string? path, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true };
        foreach (var name in start.Environment.Keys.Where(n => n.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
            start.Environment.Remove(name);
        if (path is not null)
            start.Environment["PATH"] = path;
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        return output;
    }
}
