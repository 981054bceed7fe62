using System.Runtime.InteropServices;

namespace Im.AppHost.Orchestration;

/// <summary>Runs a project as the program that the build of the AppHost has made of it: <c>dotnet run</c> would be a second process for each replica, and might build again.</summary>
internal static class BuiltProgram
{
    public static IResourceBuilder<ProjectResource> AsBuiltProgram(this IResourceBuilder<ProjectResource> project)
    {
        if (!project.ApplicationBuilder.ExecutionContext.IsRunMode)
            return project; // what is published has paths of its own
        var folder = Path.GetDirectoryName(project.Resource.GetProjectMetadata().ProjectPath)!;
        var framework = new DirectoryInfo(Path.GetDirectoryName(typeof(BuiltProgram).Assembly.Location)!);
        var name = Path.GetFileNameWithoutExtension(project.Resource.GetProjectMetadata().ProjectPath) + (OperatingSystem.IsWindows() ? ".exe" : "");
        return project
            .WithAnnotation(new ExecutableAnnotation { Command = Path.Combine(folder, "bin", framework.Parent!.Name, framework.Name, name), WorkingDirectory = folder })
            // A program started in this way would be in Production.
            .WithEnvironment("ASPNETCORE_ENVIRONMENT", project.ApplicationBuilder.Environment.EnvironmentName)
            // The runtime this process runs on need not be where a program looks for one.
            .WithEnvironment("DOTNET_ROOT", Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..")));
    }
}
