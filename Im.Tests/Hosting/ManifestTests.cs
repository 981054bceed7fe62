using System.Diagnostics;
using System.Text.Json;

namespace Im.Tests.Hosting;

/// <summary>What a deployment tool reads: stock resources, whatever this machine runs them on.</summary>
public sealed class ManifestTests
{
    [Fact]
    public async Task The_manifest_holds_stock_containers_and_nothing_of_this_machine()
    {
        using var folder = new ServersFolder();
        var start = new ProcessStartInfo("dotnet", ["exec", AppHostProcess.AssemblyPath(), "--operation", "publish", "--step", "publish-manifest", "--output-path", folder["manifest.json"]])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        Assert.True(process.ExitCode == 0, output);

        using var manifest = JsonDocument.Parse(await File.ReadAllTextAsync(folder["manifest.json"], limit.Token));
        var resources = manifest.RootElement.GetProperty("resources");
        Assert.Equal("container.v0", TypeOf("redis"));
        Assert.Equal("container.v0", TypeOf("postgres"));
        Assert.Equal("value.v0", TypeOf("im"));
        Assert.Equal("project.v0", TypeOf("realtime"));
        Assert.Equal("project.v0", TypeOf("web"));
        var environment = resources.GetProperty("realtime").GetProperty("env").EnumerateObject().Select(variable => variable.Name).ToArray();
        Assert.Contains("ConnectionStrings__redis", environment);
        Assert.Contains("ConnectionStrings__im", environment);
        Assert.All(new[] { "realtime", "web" }, project => Assert.Equal("20460", resources.GetProperty(project).GetProperty("env").GetProperty("Sessions__CookieSuffix").GetString()));
        Assert.DoesNotContain("DOTNET_ROOT", environment);
        Assert.DoesNotContain("Health__Of", environment);

        string? TypeOf(string resource) => resources.GetProperty(resource).GetProperty("type").GetString();
    }
}
