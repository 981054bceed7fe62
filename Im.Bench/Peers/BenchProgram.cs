using System.Reflection;

namespace Im.Bench.Peers;

/// <summary>How this program, and the node it measures, are started as processes of their own.</summary>
internal static class BenchProgram
{
    private static string DotNet => Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet"
        ? path
        : Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));

    public static string Configuration { get; } = Metadata("Configuration");

    public static string[] Command(params string[] arguments) => [DotNet, typeof(BenchProgram).Assembly.Location, .. arguments];

    public static string[] RealtimeNode => [DotNet, Path.GetFullPath(Metadata("RealtimeNode"))];

    private static string Metadata(string key) =>
        typeof(BenchProgram).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;
}
