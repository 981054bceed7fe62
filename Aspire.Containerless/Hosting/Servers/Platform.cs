using System.Runtime.InteropServices;

namespace Aspire.Containerless.Servers;

/// <summary>This machine's name in the two conventions the packages use.</summary>
internal static class Platform
{
    private static readonly string Processor = RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant();

    /// <summary>As Node says it: linux-x64, darwin-arm64, windows-x64.</summary>
    public static string Node => $"{(OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "linux")}-{Processor}";

    /// <summary>As .NET says it: linux-x64, linux-musl-x64, osx-arm64, win-x64.</summary>
    public static string RuntimeIdentifier =>
        RuntimeInformation.RuntimeIdentifier.StartsWith("linux-musl", StringComparison.Ordinal) ? $"linux-musl-{Processor}"
        : $"{(OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux")}-{Processor}";
}
