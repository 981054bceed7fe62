using Im.Bench.Load;
using Im.Bench.Measurement;
using Im.Hosting.Embedded;

namespace Im.Bench.Peers;

/// <summary>A clone of the product's repository, this one or the one to compare with: how its programs are built and found.</summary>
internal sealed class Clone(string root, Column column, string? name = null) : ISystemUnderTest
{
    private static readonly TimeSpan BuildLimit = TimeSpan.FromMinutes(10);

    /// <summary>The one this benchmark was built in.</summary>
    public static Clone Own { get; } = new(BenchProgram.Repository, Column.Im);

    public string Name => name ?? (column == Column.Base ? "the base" : "Im");

    public Column Column => column;

    public string FolderOf(string project) => Path.Combine(root, project);

    /// <summary>The project's assembly, as it was built last.</summary>
    /// <exception cref="LoadException">It was not built.</exception>
    public string Find(string project, string configuration)
    {
        var folder = new DirectoryInfo(Path.Combine(FolderOf(project), "bin", configuration));
        return (folder.Exists ? folder.EnumerateDirectories() : [])
            .Select(framework => new FileInfo(Path.Combine(framework.FullName, $"{project}.dll")))
            .Where(assembly => assembly.Exists).MaxBy(assembly => assembly.LastWriteTimeUtc)?.FullName
            ?? throw new LoadException($"{FolderOf(project)} has no {configuration} build.");
    }

    /// <exception cref="LoadException">There is no such project, or it does not build.</exception>
    public async Task BuildAsync(string project, string configuration, Action<string> progress, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(FolderOf(project)))
            throw new LoadException($"{root} is not a clone of this repository: it has no {project}.");
        progress($"building {FolderOf(project)}, {configuration}");
        // Servers of the build would outlive it and hold its output open.
        var build = await Command.RunAsync(
            new(ServerHost.Command, ["build", FolderOf(project), "-c", configuration, "-v", "q", "--nologo", "-nodeReuse:false", "-p:UseSharedCompilation=false"])
            {
                WorkingDirectory = root,
            },
            BuildLimit, cancellationToken);
        if (build.ExitCode != 0)
            throw new LoadException($"{FolderOf(project)} does not build: {build.Output.Split('\n').FirstOrDefault(line => line.Contains("error ", StringComparison.Ordinal)) ?? build.LastLine}");
    }
}
