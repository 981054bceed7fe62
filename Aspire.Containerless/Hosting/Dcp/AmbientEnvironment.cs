using System.Collections;

namespace Aspire.Containerless.Dcp;

/// <summary>
/// The variables every process starts with: the AppHost's own, without those that are about the AppHost. Left in, its
/// <c>ASPNETCORE_URLS</c> would make a service listen on the dashboard's port, and its secrets would be everybody's.
/// </summary>
internal static class AmbientEnvironment
{
    private static readonly string[] OwnNames = ["ASPNETCORE_URLS", "DOTNET_URLS", "DOTNET_LAUNCH_PROFILE"];

    private static readonly string[] OwnPrefixes =
        ["ASPIRE_", "APPHOST__", "APPHOST:", "PARAMETERS__", "PARAMETERS:", "CONTAINERLESS__", "DCP_", "DOTNET_DASHBOARD_", "OTEL_", "MSBUILD", "VSTEST_"];

    public static IEnumerable<KeyValuePair<string, string?>> Read() =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Select(v => KeyValuePair.Create((string)v.Key, (string?)v.Value))
            .Where(v => !IsOwn(v.Key));

    private static bool IsOwn(string name) =>
        OwnNames.Contains(name, StringComparer.OrdinalIgnoreCase) || OwnPrefixes.Any(p => name.StartsWith(p, StringComparison.OrdinalIgnoreCase));
}
