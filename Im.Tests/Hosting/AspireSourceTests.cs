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

        // Stock leaves a crashed replica down.
        Assert.DoesNotContain(await ItemsAsync("stock", "Compile"), f => f.StartsWith("Faults", StringComparison.Ordinal));
        Assert.Contains(await ItemsAsync("containerless", "Compile"), f => f.StartsWith("Faults", StringComparison.Ordinal));

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

    [Fact]
    public async Task Two_package_sources_of_a_person_do_not_stop_a_restore()
    {
        using var clone = new ServersFolder();
        foreach (var file in (string[])["Directory.Build.props", "Directory.Packages.props"])
            File.Copy(Path.Combine(Repository, file), clone[file]);
        await File.WriteAllTextAsync(clone["Empty.csproj"], """<Project Sdk="Microsoft.NET.Sdk" />""");
        // Neither is asked, for there is nothing to fetch.
        await File.WriteAllTextAsync(clone["nuget.config"], """
            <configuration><packageSources><clear />
              <add key="one" value="http://127.0.0.1:9/one/index.json" allowInsecureConnections="true" />
              <add key="two" value="http://127.0.0.1:9/two/index.json" allowInsecureConnections="true" />
            </packageSources></configuration>
            """);

        var output = await DotnetAsync(clone.Path, null, ["restore", "-v:minimal", "-nologo"]);

        Assert.Contains("warning NU1507", output);
        Assert.DoesNotContain("error", output);
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
