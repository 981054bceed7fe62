using System.Reflection;
using Aspire.Containerless.Lifecycle;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting;

/// <inheritdoc cref="IDistributedApplicationBuilder" />
public class DistributedApplicationBuilder : IDistributedApplicationBuilder
{
    private readonly HostApplicationBuilder _inner;
    private readonly EntryPointHook? _hook = EntryPointHook.Current;

    public DistributedApplicationBuilder(string[] args) : this(new DistributedApplicationOptions { Args = args })
    {
    }

    public DistributedApplicationBuilder(DistributedApplicationOptions options) : this(options, null)
    {
    }

    internal DistributedApplicationBuilder(
        DistributedApplicationOptions options, Action<DistributedApplicationOptions, HostApplicationBuilderSettings>? configure)
    {
        ArgumentNullException.ThrowIfNull(options);
        var settings = new HostApplicationBuilderSettings { Args = options.Args };
        configure?.Invoke(options, settings);
        _hook?.OnConstructing(options, settings);

        AppHostAssembly = options.AssemblyName is null ? Assembly.GetEntryAssembly() : Assembly.Load(options.AssemblyName);
        settings.ApplicationName ??= AppHostAssembly?.GetName().Name;
        AppHostDirectory = options.ProjectDirectory ?? AppHostProject.DirectoryOf(AppHostAssembly) ?? settings.ContentRootPath ?? System.Environment.CurrentDirectory;
        settings.ContentRootPath ??= AppHostDirectory;
        _inner = new HostApplicationBuilder(settings);
        _inner.Logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning);
        _inner.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        _inner.Logging.AddFilter("System.Net.Http.HttpClient", LogLevel.Warning);
        _inner.Logging.AddFilter("Grpc", LogLevel.Warning);
        // Again, so that what the person configured wins over the filters above.
        _inner.Logging.AddConfiguration(_inner.Configuration.GetSection("Logging"));
        Services.AddHttpClient();
        Services.AddContainerlessHosting(options, Resources);
    }

    public ConfigurationManager Configuration => _inner.Configuration;
    public IHostEnvironment Environment => _inner.Environment;
    public IServiceCollection Services => _inner.Services;
    public string AppHostDirectory { get; }
    public Assembly? AppHostAssembly { get; }
    public IResourceCollection Resources { get; } = new ResourceCollection();

    public IResourceBuilder<T> AddResource<T>(T resource)
        where T : IResource
    {
        ArgumentNullException.ThrowIfNull(resource);
        if (Resources.Any(r => string.Equals(r.Name, resource.Name, StringComparison.OrdinalIgnoreCase)))
            throw new DistributedApplicationException($"There is already a resource named '{resource.Name}'.");
        Resources.Add(resource);
        return CreateResourceBuilder(resource);
    }

    public IResourceBuilder<T> CreateResourceBuilder<T>(T resource)
        where T : IResource => new ResourceBuilder<T>(this, resource);

    public DistributedApplication Build()
    {
        _hook?.OnBuilding(this);
        var application = new DistributedApplication(_inner.Build(), _hook);
        _hook?.OnBuilt(application);
        return application;
    }
}
