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

    /// <summary>Where traces are looked at, for the page's links to them. A development machine's; elsewhere nobody but the operator is to know.</summary>
    public static IResourceBuilder<ProjectResource> WithDashboardAddress(this IResourceBuilder<ProjectResource> project)
    {
        var builder = project.ApplicationBuilder;
        var address = builder.Configuration["ASPNETCORE_URLS"]?.Split(';')[0];
        return builder.ExecutionContext.IsRunMode && builder.Environment.EnvironmentName == "Development" && !string.IsNullOrEmpty(address) ? project.WithEnvironment("Dashboard__Address", address) : project;
    }

    /// <summary>Cookies do not know ports: without it two copies of the product on one host log each other out. A <c>Sessions:CookieSuffix</c> of one's own comes first.</summary>
    public static IResourceBuilder<ProjectResource> WithCookieSuffix(this IResourceBuilder<ProjectResource> project, int webPort) =>
        project.ApplicationBuilder.Configuration["Sessions:CookieSuffix"] is null ? project.WithEnvironment("Sessions__CookieSuffix", webPort.ToString(System.Globalization.CultureInfo.InvariantCulture)) : project;
}
