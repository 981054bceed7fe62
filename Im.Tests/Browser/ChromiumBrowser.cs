using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using Microsoft.Playwright;

namespace Im.Tests.Browser;

/// <summary>
/// Starts a real Chromium: the one on PATH, else the one that the npm package <c>@sparticuz/chromium</c> carries (68 MB, fetched once per user, with
/// the libraries it needs). Where neither can be had, the tests that need it fail and say so.
/// </summary>
internal static class ChromiumBrowser
{
    private const string Version = "153.0.0";

    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

    public static async Task<IBrowser> LaunchAsync(IPlaywright playwright)
    {
        Assertions.SetDefaultExpectTimeout(20_000); // what is waited for comes: late, where the machine has much to do
        var (executable, libraries) = FindOnPath() is { } found ? (found, null) : await FetchAsync();
        var environment = libraries is null ? null : new Dictionary<string, string> { ["LD_LIBRARY_PATH"] = libraries, ["HOME"] = Path.GetTempPath() };
        return await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = executable,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
            Env = environment,
        });
    }

    private static string? FindOnPath() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .SelectMany(folder => Names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);

    private static async Task<(string Executable, string Libraries)> FetchAsync()
    {
        var cache = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "im-tests");
        var folder = Path.Combine(cache, $"chromium-{Version}");
        if (!Directory.Exists(folder))
        {
            var work = Directory.CreateDirectory(Path.Combine(cache, Path.GetRandomFileName())).FullName;
            await InstallAsync(work);
            await UnpackAsync(Path.Combine(work, "node_modules", "@sparticuz", "chromium", "bin"), work);
            Directory.Delete(Path.Combine(work, "node_modules"), recursive: true);
            if (!Directory.Exists(folder))
                Directory.Move(work, folder);
        }
        return (Path.Combine(folder, "chromium"), Path.Combine(folder, "lib"));
    }

    private static async Task InstallAsync(string folder)
    {
        const string Failed = $"These tests need a browser: none is on PATH, and @sparticuz/chromium {Version} could not be had from npm. Install Chromium.";
        try
        {
            using var npm = Process.Start(new ProcessStartInfo("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", folder, $"@sparticuz/chromium@{Version}"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            var output = npm.StandardOutput.ReadToEndAsync();
            var error = await npm.StandardError.ReadToEndAsync();
            await npm.WaitForExitAsync();
            if (npm.ExitCode != 0)
                throw new InvalidOperationException($"{Failed} npm says: {error}{await output}");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new InvalidOperationException(Failed, e);
        }
    }

    private static async Task UnpackAsync(string packed, string folder)
    {
        await using (var browser = File.Create(Path.Combine(folder, "chromium")))
            await Decompress(Path.Combine(packed, "chromium.br")).CopyToAsync(browser);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Path.Combine(folder, "chromium"), (UnixFileMode)0b111_101_101);
        await TarFile.ExtractToDirectoryAsync(Decompress(Path.Combine(packed, "al2023.tar.br")), folder, overwriteFiles: true);
        await TarFile.ExtractToDirectoryAsync(Decompress(Path.Combine(packed, "swiftshader.tar.br")), folder, overwriteFiles: true);
    }

    private static BrotliStream Decompress(string file) => new(File.OpenRead(file), CompressionMode.Decompress);
}
