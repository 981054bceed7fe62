using System.Reflection;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Testing;

/// <summary>What is different under test, and what <c>dotnet run</c> would have added.</summary>
internal static class TestingDefaults
{
    public static void Apply(DistributedApplicationOptions options, HostApplicationBuilderSettings settings, string[] args, Assembly? appHost)
    {
        options.DisableDashboard = true;
        options.Args = settings.Args = [.. settings.Args ?? [], .. args];
        options.AssemblyName ??= appHost?.GetName().Name;
        settings.Configuration ??= new ConfigurationManager();
        // Lowest of all: the arguments come after and win.
        settings.Configuration.AddInMemoryCollection(LaunchProfile(appHost));
        settings.Configuration.AddInMemoryCollection([KeyValuePair.Create<string, string?>("DcpPublisher:RandomizePorts", "true")]);
        settings.EnvironmentName ??= settings.Configuration["DOTNET_ENVIRONMENT"];
    }

    /// <summary>The variables of the first launch profile.</summary>
    private static IEnumerable<KeyValuePair<string, string?>> LaunchProfile(Assembly? appHost)
    {
        if (AppHostProject.DirectoryOf(appHost) is not { } directory)
            return [];
        var path = Path.Combine(directory, "Properties", "launchSettings.json");
        if (!File.Exists(path))
            return [];
        using var settings = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip });
        var profile = settings.RootElement.GetProperty("profiles").EnumerateObject().FirstOrDefault().Value;
        return profile.ValueKind == JsonValueKind.Object && profile.TryGetProperty("environmentVariables", out var variables)
            ? [.. variables.EnumerateObject().Select(v => KeyValuePair.Create(v.Name, v.Value.GetString()))]
            : [];
    }
}
