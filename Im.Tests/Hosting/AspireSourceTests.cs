using System.Diagnostics;
using System.Text.Json;
using Aspire.Hosting;

namespace Im.Tests.Hosting;

/// <summary>The choice between stock and containerless, as the build makes it.</summary>
public sealed class AspireSourceTests
{
    internal static readonly string Repository = Path.GetDirectoryName(AppHostProject.DirectoryOf(typeof(Projects.Im_AppHost).Assembly))!;

    [Fact]
    public async Task Stock_takes_the_packages_and_containerless_takes_ours()
    {
        Assert.Contains("Aspire.Hosting.Testing", await ItemsAsync("stock", "PackageReference"));
        Assert.DoesNotContain(await ItemsAsync("stock", "ProjectReference"), p => p.Contains("Containerless"));

        Assert.DoesNotContain(await ItemsAsync("containerless", "PackageReference"), p => p.StartsWith("Aspire.", StringComparison.Ordinal));
        Assert.Contains(await ItemsAsync("containerless", "ProjectReference"), p => p.EndsWith("Aspire.Containerless.Testing.csproj", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_container_runtime_it_is_containerless_found_once_and_said_once()
    {
        var clone = Directory.CreateTempSubdirectory("im-clone-");
        try
        {
            Directory.CreateDirectory(Path.Combine(clone.FullName, "eng"));
            foreach (var file in (string[])["Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", "global.json", "eng/AspireSource.targets"])
                File.Copy(Path.Combine(Repository, file), Path.Combine(clone.FullName, file));
            await File.WriteAllTextAsync(Path.Combine(clone.FullName, "Empty.csproj"), """<Project Sdk="Microsoft.NET.Sdk" />""");
            // A PATH with neither docker nor podman on it, whatever this machine has.
            string[] arguments = ["msbuild", "Empty.csproj", "-t:ValidateAspireSource", "-v:minimal", "-nologo"];

            var first = await DotnetAsync(clone.FullName, path: "/bin:/usr/bin", arguments);
            Assert.Contains("Aspire source: containerless (no container runtime answers)", first);
            Assert.Contains("<AspireSource>containerless</AspireSource>", await File.ReadAllTextAsync(Path.Combine(clone.FullName, "artifacts", "aspire.props")));

            await File.WriteAllTextAsync(Path.Combine(clone.FullName, "artifacts", "aspire.props"), "<Project />");
            Assert.DoesNotContain("Aspire source", await DotnetAsync(clone.FullName, path: "/bin:/usr/bin", arguments));
        }
        finally
        {
            clone.Delete(recursive: true);
        }
    }

    private static async Task<string[]> ItemsAsync(string source, string item)
    {
        var json = await DotnetAsync(Repository, null, ["msbuild", "Im.Tests/Im.Tests.csproj", $"-p:AspireSource={source}", $"-getItem:{item}"]);
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.GetProperty("Items").GetProperty(item).EnumerateArray().Select(i => i.GetProperty("Identity").GetString()!)];
    }

    internal static async Task<string> DotnetAsync(string folder, string? path, string[] arguments)
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
