using System.Reflection;

namespace Aspire.Hosting;

/// <summary>Reads what the build wrote into the AppHost about its project.</summary>
internal static class AppHostProject
{
    /// <summary>The project's folder; null where the assembly says none, or the folder is not on this machine.</summary>
    public static string? DirectoryOf(Assembly? assembly)
    {
        var directory = assembly?.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(m => m.Key == "AppHostProjectPath")?.Value;
        return Directory.Exists(directory) ? directory : null;
    }
}
