using System.Runtime.InteropServices;

namespace Aspire.Containerless.Servers;

/// <summary>Launches of the server host, the small program that stands between the orchestrator and a server.</summary>
internal static class ServerHostLaunch
{
    public static ServerLaunch Create(string workingDirectory, IEnumerable<string> arguments) => new(
        DotNet,
        [BuildFacts.ServerHostPath, .. arguments],
        workingDirectory,
        new Dictionary<string, string>
        {
            // Killed processes would leave their diagnostics sockets behind.
            ["DOTNET_EnableDiagnostics"] = "0",
            ["DOTNET_TieredPGO"] = "0",
        });

    /// <summary>The <c>dotnet</c> this process runs on, which need not be on PATH.</summary>
    private static string DotNet { get; } = Path.GetFullPath(
        Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
}
