using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Containerless.Lifecycle;

/// <summary>Start, stop and restart, which everything with a process has.</summary>
internal static class LifecycleCommands
{
    public static void AddTo(IResource resource)
    {
        Add(resource, KnownResourceCommands.StartCommand, "Start", "Start the resource", "Play", isHighlighted: true, StartAsync, StateOfStart);
        Add(resource, KnownResourceCommands.StopCommand, "Stop", "Stop the resource", "Stop", isHighlighted: true, s => s.StopAsync(ReplicaSupervisor.StopGrace), StateOfStop);
        Add(resource, KnownResourceCommands.RestartCommand, "Restart", "Restart the resource", "ArrowCounterclockwise", isHighlighted: false, RestartAsync, StateOfRestart);
    }

    private static Task StartAsync(ReplicaSupervisor supervisor)
    {
        supervisor.Start();
        return Task.CompletedTask;
    }

    private static async Task RestartAsync(ReplicaSupervisor supervisor)
    {
        await supervisor.StopAsync(ReplicaSupervisor.StopGrace).ConfigureAwait(false);
        supervisor.Start();
    }

    private static ResourceCommandState StateOfStart(string? state) =>
        IsDown(state) || state == KnownResourceStates.Restarting ? ResourceCommandState.Enabled
        : state == KnownResourceStates.Running || state == KnownResourceStates.Stopping ? ResourceCommandState.Hidden
        : ResourceCommandState.Disabled;

    private static ResourceCommandState StateOfStop(string? state) =>
        IsDown(state) ? ResourceCommandState.Hidden
        : state == KnownResourceStates.Stopping ? ResourceCommandState.Disabled
        : ResourceCommandState.Enabled;

    private static ResourceCommandState StateOfRestart(string? state) =>
        state == KnownResourceStates.Running ? ResourceCommandState.Enabled : ResourceCommandState.Disabled;

    private static bool IsDown(string? state) => state is null || KnownResourceStates.TerminalStates.Contains(state) || state == KnownResourceStates.NotStarted;

    private static void Add(
        IResource resource, string name, string displayName, string description, string icon, bool isHighlighted,
        Func<ReplicaSupervisor, Task> act, Func<string?, ResourceCommandState> stateOf) =>
        resource.Annotations.Add(new ResourceCommandAnnotation(
            name,
            displayName,
            context => stateOf(context.ResourceSnapshot.State?.Text),
            async context =>
            {
                var orchestrator = context.ServiceProvider.GetRequiredService<ApplicationOrchestrator>();
                if (orchestrator.FindSupervisor(context.ResourceName) is not { } supervisor)
                    return CommandResults.Failure($"'{context.ResourceName}' has no process.");
                await act(supervisor).WaitAsync(context.CancellationToken).ConfigureAwait(false);
                return CommandResults.Success();
            },
            description,
            parameter: null,
            confirmationMessage: null,
            icon,
            IconVariant.Filled,
            isHighlighted));
}
