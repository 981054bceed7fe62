using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

/// <summary>
/// How a test holds an AppHost that it runs inside its own process: set before the AppHost's entry point is called,
/// it flows with the call and nowhere else.
/// </summary>
internal abstract class EntryPointHook
{
    private static readonly AsyncLocal<EntryPointHook?> CurrentHook = new();

    public static EntryPointHook? Current
    {
        get => CurrentHook.Value;
        set => CurrentHook.Value = value;
    }

    public abstract void OnConstructing(DistributedApplicationOptions options, HostApplicationBuilderSettings settings);

    /// <summary>Returns when the test wants the application built.</summary>
    public abstract void OnBuilding(DistributedApplicationBuilder builder);

    public abstract void OnBuilt(DistributedApplication application);

    /// <summary>Stands in for running the application, which the test starts itself; ends when the test has stopped it.</summary>
    public abstract Task RunAsync();

    public abstract void OnDisposed();
}
