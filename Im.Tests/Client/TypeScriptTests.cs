using System.Diagnostics;

namespace Im.Tests.Client;

/// <summary>The TypeScript client and the page have tests of their own, in their own language; they belong to this suite.</summary>
public sealed class TypeScriptTests
{
    [Fact]
    public async Task The_TypeScript_client_and_the_page_pass_their_own_tests()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        using var npm = Process.Start(new ProcessStartInfo("npm", ["test", "--silent"])
        {
            WorkingDirectory = Path.Combine(FindRoot(), "Im.Web", "Page"),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var error = npm.StandardError.ReadToEndAsync(limit.Token);
        var output = await npm.StandardOutput.ReadToEndAsync(limit.Token);
        await npm.WaitForExitAsync(limit.Token);
        Assert.True(npm.ExitCode == 0, output + await error);
        Assert.Contains("# fail 0", output, StringComparison.Ordinal);
        Assert.DoesNotContain("# pass 0\n", output, StringComparison.Ordinal);
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Im.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("The tests do not run inside the repository.");
        return folder.FullName;
    }
}
