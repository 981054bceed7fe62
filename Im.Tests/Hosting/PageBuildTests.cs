using Im.Hosting.Embedded;

namespace Im.Tests.Hosting;

/// <summary>What a person reads whose machine cannot build the page. Nothing is on PATH but what the test puts there.</summary>
public sealed class PageBuildTests : IDisposable
{
    private static readonly string Node = Command.Find("node") ?? throw new InvalidOperationException("These tests need node on PATH.");

    private readonly ServersFolder _folder = new();

    public PageBuildTests()
    {
        Directory.CreateDirectory(_folder["bin"]);
        Directory.CreateDirectory(_folder["work"]);
        File.CreateSymbolicLink(_folder["bin/sh"], "/bin/sh");
        File.WriteAllText(_folder["page.proj"], $"""
            <Project><Import Project="{Repository.Path}/Im.Web/Page/Page.targets" /></Project>
            """);
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("v12.22.9")]
    [InlineData("v20.9.0")]
    [InlineData("v21.7.3")]
    [InlineData("v22.11.0")]
    public async Task A_Node_that_is_too_old_is_told_by_its_version(string version)
    {
        Program("node", $"echo {version}");
        Assert.Contains($"error IM0003: The chat page is built with Node.js 20.19, 22.12 or newer; the `node` on PATH is {version}.", await BuildAsync());
    }

    [Fact]
    public async Task A_Node_without_npm_is_told_to_install_npm()
    {
        Program("node", $"exec {Node} \"$@\"");
        var output = await BuildAsync();
        Assert.Contains("error IM0002: The chat page is built with npm", output);
        Assert.Contains("install npm.", output);
        Assert.DoesNotContain("reachable", output);
    }

    [Theory]
    [InlineData("npm ERR! code ENOTFOUND")]
    [InlineData("npm error code ENOTFOUND")]
    public async Task A_feed_that_does_not_answer_is_told_with_npms_code_whichever_npm_it_is(string said)
    {
        Program("node", $"exec {Node} \"$@\"");
        Program("npm", $"[ \"$1\" = --version ] || {{ echo '{said}' >&2; exit 1; }}");
        // A lock of a build that was killed, whose process id another program has now.
        await File.WriteAllTextAsync(_folder["work/building"], $"{Environment.ProcessId}");
        File.SetLastWriteTimeUtc(_folder["work/building"], DateTime.UtcNow.AddHours(-1));

        var output = await BuildAsync();

        Assert.Contains("Is the npm registry reachable?", output);
        Assert.Contains(said, output);
    }

    private Task<string> BuildAsync() => Repository.DotnetAsync(
        _folder.Path,
        path: _folder["bin"],
        ["msbuild", "page.proj", "-t:CompilePage", $"-p:PageWorkFolder={_folder["work"]}", $"-p:PageWebRoot={_folder["wwwroot"]}", "-v:minimal", "-nologo"]);

    private void Program(string name, string body)
    {
        File.WriteAllText(_folder[$"bin/{name}"], $"#!/bin/sh\n{body}\n");
        File.SetUnixFileMode(_folder[$"bin/{name}"], (UnixFileMode)0b111_101_101);
    }
}
