namespace Aspire.Containerless.Lifecycle;

/// <summary>The <c>dotnet</c> this process runs on, whichever way it was started: it lies three folders above the runtime.</summary>
internal static class DotnetHost
{
    public static string Path { get; } = System.IO.Path.GetFullPath(
        System.IO.Path.Combine(
            System.IO.Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
}
