using System.Diagnostics;

namespace Im.Tests.Client;

/// <summary>A program outside of the repository that has one of its packages, made anew, and what that needs; from no other source than this machine has.</summary>
internal sealed class EmptyProject : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("im-package-").FullName;

    private EmptyProject()
    {
    }

    /// <param name="source">A file that goes into it.</param>
    /// <param name="program">Its top-level statements.</param>
    public static async Task<EmptyProject> BuildAsync(string package, string source, string program)
    {
        var project = new EmptyProject();
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        await NodePackages.RunAsync(NodePackages.Root, "dotnet", "pack", package, "--no-build", "--no-restore", "-c", configuration, "-o", Path.Combine(project._folder, "packages"), "-nodeReuse:false", "-v", "q");
        var version = Path.GetFileNameWithoutExtension(Directory.EnumerateFiles(Path.Combine(project._folder, "packages"), "*.nupkg").Single())[(package.Length + 1)..];
        var machine = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        await project.WriteAsync("nuget.config", $"""
            <configuration>
              <packageSources><clear /><add key="packed" value="packages" /></packageSources>
              <fallbackPackageFolders><clear /><add key="machine" value="{machine}" /></fallbackPackageFolders>
              <config><add key="globalPackagesFolder" value="installed" /></config>
            </configuration>
            """);
        await project.WriteAsync("app.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings><Nullable>enable</Nullable><UseAppHost>false</UseAppHost>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors><NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
              <ItemGroup><PackageReference Include="{package}" Version="{version}" /></ItemGroup>
            </Project>
            """);
        await project.WriteAsync("Program.cs", program);
        File.Copy(source, Path.Combine(project._folder, Path.GetFileName(source)));
        await NodePackages.RunAsync(project._folder, "dotnet", "build", "-o", "out", "-nodeReuse:false", "-p:UseSharedCompilation=false", "-v", "q");
        return project;
    }

    public Process Start(string password, params string[] arguments) => Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(_folder, "out", "app.dll"), .. arguments])
    {
        RedirectStandardOutput = true,
        Environment = { ["IM_PASSWORD"] = password },
    })!;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task WriteAsync(string name, string text) => File.WriteAllTextAsync(Path.Combine(_folder, name), text);
}
