using System.Reflection;
using System.Runtime.InteropServices;

namespace Im.Hosting.Embedded;

/// <summary>The small program of ours that stands between DCP and a server: it stops the server in the server's own way, and when its parent dies.</summary>
internal static class ServerHost
{
    /// <summary>The <c>dotnet</c> this process runs on, which need not be on PATH.</summary>
    public static string Command { get; } = Path.GetFullPath(
        Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));

    private static readonly string Program =
        typeof(ServerHost).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(fact => fact.Key == "ServerHostPath").Value!;

    /// <summary>The server ends with this process too, whatever becomes of DCP.</summary>
    public static IReadOnlyList<string> Arguments(IEnumerable<string> arguments)
    {
        var split = arguments.TakeWhile(argument => argument != "--").ToArray();
        return ["exec", Program, .. split, "--watch", $"{Environment.ProcessId}", .. arguments.Skip(split.Length)];
    }
}
