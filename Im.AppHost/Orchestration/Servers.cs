using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;

namespace Im.AppHost.Orchestration;

/// <summary>What Redis and Postgres are.</summary>
internal enum Servers
{
    /// <summary>Local processes.</summary>
    Embedded,

    Containers,

    /// <summary>Somebody else's: <c>--ConnectionStrings:redis=… --ConnectionStrings:im=…</c>.</summary>
    Given,
}

internal static class ServersExtensions
{
    public const string Argument = "Servers";

    private static readonly TimeSpan RuntimeLimit = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Connection strings where they are given; <c>--Servers=containers</c> or <c>embedded</c>; else containers where a container runtime answers.
    /// Says so if data was last kept by the other kind.
    /// </summary>
    /// <param name="keepsData">Whether data is kept between runs.</param>
    public static Servers ChooseServers(this IDistributedApplicationBuilder builder, bool keepsData)
    {
        if (builder.Configuration.GetConnectionString("redis") is not null)
            return Servers.Given;
        var chosen = builder.Configuration[Argument] is { } asked ? Enum.Parse<Servers>(asked, ignoreCase: true)
            : builder.ExecutionContext.IsPublishMode || HasRuntime(builder.Configuration["ASPIRE_CONTAINER_RUNTIME"]) ? Servers.Containers
            : Servers.Embedded;
        if (keepsData && builder.ExecutionContext.IsRunMode)
            Remember(builder.AppHostDirectory, chosen);
        return chosen;
    }

    public static IResourceBuilder<T> When<T>(this IResourceBuilder<T> resource, bool condition, Action<IResourceBuilder<T>> configure) where T : IResource
    {
        if (condition)
            configure(resource);
        return resource;
    }

    private static void Remember(string appHostDirectory, Servers chosen)
    {
        var clone = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(appHostDirectory)))[..10];
        var file = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "im-apphost", $"{clone}.servers");
        try
        {
            if (File.Exists(file) && Enum.TryParse<Servers>(File.ReadAllText(file), out var last) && last != chosen)
                Console.WriteLine($"What was written with --{Argument}={Word(last)} is kept there and not seen now: start with --{Argument}={Word(last)} to go back to it.");
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, $"{chosen}");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // A folder that cannot be written is said by the server that needs it.
        }

        static string Word(Servers servers) => $"{servers}".ToLowerInvariant();
    }

    private static bool HasRuntime(string? named) => (named is { Length: > 0 } ? [named] : (string[])["docker", "podman"]).Any(Answers);

    private static bool Answers(string runtime)
    {
        try
        {
            using var info = Process.Start(new ProcessStartInfo(runtime, "info") { RedirectStandardOutput = true, RedirectStandardError = true })!;
            info.OutputDataReceived += (_, _) => { };
            info.ErrorDataReceived += (_, _) => { };
            info.BeginOutputReadLine();
            info.BeginErrorReadLine();
            if (info.WaitForExit(RuntimeLimit))
                return info.ExitCode == 0;
            info.Kill(entireProcessTree: true);
            return false;
        }
        catch (Win32Exception)
        {
            return false; // it is not on this machine
        }
    }
}
