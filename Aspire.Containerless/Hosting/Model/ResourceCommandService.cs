using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Gives commands to resources, as the dashboard's buttons do.</summary>
public partial class ResourceCommandService
{
    private readonly ResourceNotificationService _notifications;
    private readonly IServiceProvider _services;
    private readonly ILogger<ResourceCommandService> _logger;

    internal ResourceCommandService(ResourceNotificationService notifications, IServiceProvider services, ILogger<ResourceCommandService> logger)
    {
        _notifications = notifications;
        _services = services;
        _logger = logger;
    }

    /// <summary>Gives it to one replica.</summary>
    /// <param name="resourceId">Such as <c>realtime-1</c>; the plain name does where there is one replica.</param>
    /// <param name="commandName">One of <see cref="KnownResourceCommands" />, or of a command added by WithCommand.</param>
    public Task<ExecuteCommandResult> ExecuteCommandAsync(string resourceId, string commandName, CancellationToken cancellationToken = default) =>
        _notifications.TryGetCurrentState(resourceId, out var current)
            ? ExecuteAsync(current.Resource, current.ResourceId, commandName, cancellationToken)
            : Task.FromResult(CommandResults.Failure($"Resource '{resourceId}' not found."));

    /// <summary>Gives it to every replica at once.</summary>
    public async Task<ExecuteCommandResult> ExecuteCommandAsync(IResource resource, string commandName, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(resource);
        var results = await Task.WhenAll(resource.GetReplicaIds().Select(id => ExecuteAsync(resource, id, commandName, cancellationToken)))
            .ConfigureAwait(false);
        return results.FirstOrDefault(r => !r.Success && !r.Canceled) ?? results.FirstOrDefault(r => r.Canceled) ?? CommandResults.Success();
    }

    private async Task<ExecuteCommandResult> ExecuteAsync(IResource resource, string resourceId, string commandName, CancellationToken cancellationToken)
    {
        if (resource.Annotations.OfType<ResourceCommandAnnotation>().FirstOrDefault(c => c.Name == commandName) is not { } command)
            return CommandResults.Failure($"Command '{commandName}' not available for resource '{resourceId}'.");
        try
        {
            LogExecuting(_logger, commandName, resourceId);
            return await command.ExecuteCommand(new ExecuteCommandContext
            {
                ResourceName = resourceId,
                ServiceProvider = _services,
                CancellationToken = cancellationToken,
            }).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return CommandResults.Canceled();
        }
#pragma warning disable CA1031 // The command is somebody else's code, and its failure the person's to see.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogFailed(_logger, failure, commandName, resourceId);
            return CommandResults.Failure(failure);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Command {CommandName} for {ResourceId}.")]
    private static partial void LogExecuting(ILogger logger, string commandName, string resourceId);

    [LoggerMessage(2, LogLevel.Error, "Command {CommandName} for {ResourceId} failed.")]
    private static partial void LogFailed(ILogger logger, Exception exception, string commandName, string resourceId);
}
