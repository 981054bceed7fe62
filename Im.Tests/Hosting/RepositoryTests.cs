namespace Im.Tests.Hosting;

/// <summary>What a person's own configuration must not break.</summary>
public sealed class RepositoryTests
{
    [Fact]
    public async Task Two_package_sources_of_a_person_do_not_stop_a_restore()
    {
        using var clone = new ServersFolder();
        foreach (var file in (string[])["Directory.Build.props", "Directory.Packages.props"])
            File.Copy(Path.Combine(Repository.Path, file), clone[file]);
        await File.WriteAllTextAsync(clone["Empty.csproj"], """<Project Sdk="Microsoft.NET.Sdk" />""");
        // Neither is asked, for there is nothing to fetch.
        await File.WriteAllTextAsync(clone["nuget.config"], """
            <configuration><packageSources><clear />
              <add key="one" value="http://127.0.0.1:9/one/index.json" allowInsecureConnections="true" />
              <add key="two" value="http://127.0.0.1:9/two/index.json" allowInsecureConnections="true" />
            </packageSources></configuration>
            """);

        var output = await Repository.DotnetAsync(clone.Path, null, ["restore", "-v:minimal", "-nologo"]);

        Assert.Contains("warning NU1507", output);
        Assert.DoesNotContain("error", output);
    }
}
