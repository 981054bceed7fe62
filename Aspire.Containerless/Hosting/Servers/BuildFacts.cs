using System.Reflection;

namespace Aspire.Containerless.Servers;

/// <summary>What the build wrote into this assembly.</summary>
internal static class BuildFacts
{
    /// <summary>The one version of Aspire the solution names, such as 13.5.4.</summary>
    public static string AspireVersion { get; } = Read("AspireVersion");

    /// <summary>The server host's assembly, where the build put it.</summary>
    public static string ServerHostPath { get; } = Read("ServerHostPath");

    private static string Read(string key) =>
        typeof(BuildFacts).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(fact => fact.Key == key).Value!;
}
