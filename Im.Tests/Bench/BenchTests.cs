using System.Diagnostics;
using System.Text.Json;
using Im.Tests.Fixtures;

namespace Im.Tests.Bench;

/// <summary>The benchmark as small as it gets: it fails on what was lost, refused or did not start, never on a timing.</summary>
[Trait("Category", "Bench")]
public sealed class BenchTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    [LinuxFact]
    public async Task Every_scenario_runs_and_loses_nothing()
    {
        var file = Path.Combine(Path.GetTempPath(), $"im-bench-{Guid.NewGuid():N}.json");
        try
        {
            var (exitCode, output) = await RunAsync("--smoke", "--soaks", "--json", file);
            Assert.True(exitCode == 0, output);
            using var written = JsonDocument.Parse(await File.ReadAllTextAsync(file));
            var figures = written.RootElement.GetProperty("figures").EnumerateArray().ToArray();
            Assert.All(figures, figure => Assert.Equal(JsonValueKind.Number, figure.GetProperty("im").ValueKind));
            Assert.Contains(figures, figure => figure.GetProperty("name").GetString() == "fan-out: CPU per delivery" && figure.GetProperty("bar").ValueKind == JsonValueKind.String);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [LinuxFact]
    public async Task What_it_does_not_understand_it_says_before_it_starts_anything()
    {
        var (exitCode, output) = await RunAsync("--only", "no-such-scenario");
        Assert.Equal(64, exitCode);
        Assert.Contains("fan-out", output, StringComparison.Ordinal);
    }

    [LinuxFact]
    public async Task What_is_not_a_clone_is_not_compared_with()
    {
        var folder = Directory.CreateTempSubdirectory("im-bench-");
        try
        {
            var (exitCode, output) = await RunAsync("--only", "fan-out", "--against", folder.FullName);
            Assert.Equal(1, exitCode);
            Assert.Contains("it has no Im.Realtime", output, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete();
        }
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        // …/Im.Tests/bin/<configuration>/<framework>/
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        var bench = Path.Combine(own.Parent!.Parent!.Parent!.Parent!.FullName, "Im.Bench", "bin", own.Parent.Name, own.Name, "Im.Bench.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [bench, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(); // what it started ends with it
            throw new TimeoutException($"The benchmark has not ended after {Limit}. It wrote:\n{await error}");
        }
        return (process.ExitCode, await output + await error);
    }
}
