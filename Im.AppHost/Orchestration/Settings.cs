using Microsoft.Extensions.Configuration;

namespace Im.AppHost.Orchestration;

/// <summary>Passes sections of the AppHost's own configuration on: <c>dotnet run --project Im.AppHost -- --Limits:Messages:Burst=5000 --Admin=Jenny</c>.</summary>
internal static class Settings
{
    public static IResourceBuilder<ProjectResource> WithSettings(this IResourceBuilder<ProjectResource> project, params string[] sections)
    {
        foreach (var (key, value) in sections.SelectMany(section => project.ApplicationBuilder.Configuration.GetSection(section).AsEnumerable()))
            if (value is not null)
                project.WithEnvironment(key.Replace(":", "__", StringComparison.Ordinal), value);
        return project;
    }
}
