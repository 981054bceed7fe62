using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;

namespace Im.AppHost.Commands;

/// <summary>"Kill" in the dashboard: ends a replica as a crash would, at once and without a goodbye, so that a person can watch the others go on.</summary>
internal static class KillCommand
{
    private const string ProcessIdProperty = "executable.pid";

    public static IResourceBuilder<ProjectResource> WithKillCommand(this IResourceBuilder<ProjectResource> project) =>
        project.WithCommand("kill", "Kill", ExecuteAsync, new CommandOptions
        {
            Description = "Crash this replica (SIGKILL)",
            IconName = "Flash",
            IsHighlighted = true,
            UpdateState = context => context.ResourceSnapshot.State?.Text == KnownResourceStates.Running
                ? ResourceCommandState.Enabled
                : ResourceCommandState.Disabled,
        });

    private static Task<ExecuteCommandResult> ExecuteAsync(ExecuteCommandContext context)
    {
        var notifications = context.Services.GetRequiredService<ResourceNotificationService>();
        return Task.FromResult(
            notifications.TryGetCurrentState(context.ResourceName, out var current)
            && current.Snapshot.Properties.FirstOrDefault(p => p.Name == ProcessIdProperty)?.Value is { } processId
                ? Kill(Convert.ToInt32(processId, CultureInfo.InvariantCulture))
                : CommandResults.Failure($"{context.ResourceName} does not run."));
    }

    private static ExecuteCommandResult Kill(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            // The tree: with stock Aspire the process is a `dotnet run`, and the replica its child.
            process.Kill(entireProcessTree: true);
            return CommandResults.Success();
        }
        catch (ArgumentException)
        {
            return CommandResults.Failure("It has ended already.");
        }
    }
}
