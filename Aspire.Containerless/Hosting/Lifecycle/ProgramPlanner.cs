using System.Globalization;
using Aspire.Containerless.Servers;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Hosting;

namespace Aspire.Containerless.Lifecycle;

/// <summary>Projects and executables: their own arguments and variables, and the conventions every Aspire program relies on.</summary>
internal sealed class ProgramPlanner(DashboardSettings dashboard, IHostEnvironment environment) : ILaunchPlanner
{
    public async Task<LaunchPlan> PlanAsync(Replica replica, Action<string> progress, CancellationToken cancellationToken)
    {
        var arguments = await ArgumentsAsync(replica.Resource, cancellationToken).ConfigureAwait(false);
        var variables = await VariablesAsync(replica, cancellationToken).ConfigureAwait(false);
        if (replica.Resource is ExecutableResource executable)
            return new LaunchPlan(
                Command.Find(executable.Command)
                    ?? throw new DistributedApplicationException($"There is no program '{executable.Command}' on this machine."),
                arguments,
                executable.WorkingDirectory,
                variables);

        if (!replica.Resource.TryGetLastAnnotation<IProjectMetadata>(out var project) || project is not IBuiltProject built)
            throw new DistributedApplicationException($"'{replica.Resource.Name}' was added without a class the build generated for its project.");
        if (!File.Exists(built.TargetPath))
            throw new DistributedApplicationException($"'{replica.Resource.Name}' is not built: {built.TargetPath} is missing.");
        return new LaunchPlan(DotnetHost.Path, ["exec", built.TargetPath, .. arguments], Path.GetDirectoryName(project.ProjectPath)!, variables)
        {
            ProjectPath = project.ProjectPath,
        };
    }

    private static async Task<IReadOnlyList<string>> ArgumentsAsync(IResource resource, CancellationToken cancellationToken)
    {
        var context = new CommandLineArgsCallbackContext([], resource, cancellationToken);
        foreach (var annotation in resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>())
            await annotation.Callback(context).ConfigureAwait(false);
        var arguments = new List<string>();
        foreach (var argument in context.Args)
            arguments.Add(await TextAsync(argument, cancellationToken).ConfigureAwait(false));
        return arguments;
    }

    private async Task<IReadOnlyDictionary<string, string>> VariablesAsync(Replica replica, CancellationToken cancellationToken)
    {
        var values = Conventions(replica);
        var context = new EnvironmentCallbackContext(replica.Resource, values, cancellationToken);
        foreach (var annotation in replica.Resource.Annotations.OfType<EnvironmentCallbackAnnotation>())
            await annotation.Callback(context).ConfigureAwait(false);
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in values)
            variables[name] = await TextAsync(value, cancellationToken).ConfigureAwait(false);
        return variables;
    }

    private Dictionary<string, object> Conventions(Replica replica)
    {
        var values = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var port in replica.Resource.Annotations.OfType<EndpointPortVariableAnnotation>())
            values[port.VariableName] = replica.Addresses[port.Endpoint.Name].Port.ToString(CultureInfo.InvariantCulture);
        if (replica.Resource is not ProjectResource)
            return values;

        var urls = replica.Resource.Annotations.OfType<EndpointAnnotation>().Where(e => e.UriScheme is "http" or "https")
            .Select(e => replica.Addresses[e.Name].GetLeftPart(UriPartial.Authority)).ToArray();
        if (urls.Length > 0)
            values["ASPNETCORE_URLS"] = string.Join(';', urls);
        values["OTEL_SERVICE_NAME"] = replica.Resource.Name;
        values["OTEL_RESOURCE_ATTRIBUTES"] = string.Create(CultureInfo.InvariantCulture, $"service.instance.id={replica.Number}");
        // Without a dashboard nobody listens: an exporter that keeps trying would hold up shutdown.
        if (dashboard.Exporter is not { } exporter)
            return values;
        foreach (var (name, value) in exporter)
            values[name] = value;
        if (!environment.IsDevelopment())
            return values;
        // A person watches: send within a second, and everything.
        const string DelayMilliseconds = "1000";
        values["OTEL_BLRP_SCHEDULE_DELAY"] = DelayMilliseconds;
        values["OTEL_BSP_SCHEDULE_DELAY"] = DelayMilliseconds;
        values["OTEL_METRIC_EXPORT_INTERVAL"] = DelayMilliseconds;
        values["OTEL_TRACES_SAMPLER"] = "always_on";
        values["OTEL_METRICS_EXEMPLAR_FILTER"] = "trace_based";
        return values;
    }

    private static async Task<string> TextAsync(object value, CancellationToken cancellationToken) => value switch
    {
        IValueProvider provider => await provider.GetValueAsync(cancellationToken).ConfigureAwait(false) ?? "",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
