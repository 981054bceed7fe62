using System.ComponentModel;

namespace Im.Hosting.Embedded;

/// <param name="Output">Standard output and error, in the order they came.</param>
internal sealed record CommandResult(int ExitCode, string Output)
{
    /// <summary>What to put at the end of a sentence about the failure: the last line that says something.</summary>
    public string LastLine => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? $"exit code {ExitCode}";
}

/// <summary>Runs a program to its end.</summary>
internal static class Command
{
    /// <exception cref="DistributedApplicationException">The program does not start, or has not ended within <paramref name="limit"/>.</exception>
    public static async Task<CommandResult> RunAsync(ProcessStartInfo start, TimeSpan limit, CancellationToken cancellationToken, string input = "")
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = new Process { StartInfo = start };
        var lines = new List<string>();
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(limit);
        try
        {
            process.Start();
            // At once and not in a continuation, which a process that is ending might not live to see.
            await using var killing = timeout.Token.Register(() => process.Kill(entireProcessTree: true));
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            await process.StandardInput.WriteAsync(input.AsMemory(), timeout.Token);
            process.StandardInput.Close();
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (Exception exception) when (exception is Win32Exception or IOException)
        {
            throw new DistributedApplicationException($"'{start.FileName}' does not run: {exception.Message}", exception);
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new DistributedApplicationException($"'{start.FileName}' has not ended after {limit.TotalSeconds:0} s.");
        }
        lock (lines) return new(process.ExitCode, string.Join('\n', lines));

        void Keep(string? line)
        {
            if (line is null) return;
            lock (lines) lines.Add(line);
        }
    }

    /// <summary>The first file of that name on <paramref name="searchPath"/> (PATH unless given), or null.</summary>
    public static string? Find(string name, string? searchPath = null)
    {
        searchPath ??= Environment.GetEnvironmentVariable("PATH") ?? "";
        string[] endings = OperatingSystem.IsWindows() ? [".exe", ".cmd"] : [""];
        return searchPath.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(folder => endings, (folder, ending) => Path.Combine(folder, name + ending))
            .FirstOrDefault(File.Exists);
    }
}
