using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>Adds any program.</summary>
public static class ExecutableResourceBuilderExtensions
{
    /// <param name="command">A path, or a name to be found on PATH.</param>
    /// <param name="workingDirectory">Relative to the AppHost's folder.</param>
    public static IResourceBuilder<ExecutableResource> AddExecutable(
        this IDistributedApplicationBuilder builder, string name, string command, string workingDirectory, params string[]? args)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var directory = Path.GetFullPath(workingDirectory, builder.AppHostDirectory);
        return builder.AddResource(new ExecutableResource(name, command, directory)).WithArgs(args ?? []);
    }
}
