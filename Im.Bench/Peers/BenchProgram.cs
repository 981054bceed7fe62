using System.Reflection;
using Im.Hosting.Embedded;

namespace Im.Bench.Peers;

/// <summary>This program: how it is started as a process of its own, and what its build knew.</summary>
internal static class BenchProgram
{
    public static string Configuration { get; } = Metadata("Configuration");

    /// <summary>The clone it was built in.</summary>
    public static string Repository { get; } = Path.GetFullPath(Metadata("Repository"));

    public static string[] Command(params string[] arguments) => [ServerHost.Command, typeof(BenchProgram).Assembly.Location, .. arguments];

    private static string Metadata(string key) =>
        typeof(BenchProgram).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;
}
