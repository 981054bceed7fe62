using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using Aspire.Containerless.Dashboard;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Aspire.Containerless.Lifecycle;

/// <summary>Shows the dashboard the app model.</summary>
internal sealed class DashboardFeed(
    ResourceNotificationService notifications, ResourceCommandService commands, ResourceLogs logs, IHostEnvironment environment) : IDashboardFeed
{
    public string ApplicationName => environment.ApplicationName;

    public async IAsyncEnumerable<DashboardChange> WatchResourcesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var resourceEvent in notifications.WatchAsync(cancellationToken).ConfigureAwait(false))
            if (!resourceEvent.Snapshot.IsHidden)
                yield return new DashboardChange(ToDashboard(resourceEvent), null);
    }

    public IAsyncEnumerable<DashboardLogLine> WatchLogsAsync(string resourceName, bool follow, CancellationToken cancellationToken) =>
        logs[resourceName].WatchAsync(follow, cancellationToken);

    public async Task<DashboardCommandResult> ExecuteAsync(string resourceName, string commandName, CancellationToken cancellationToken)
    {
        var result = await commands.ExecuteCommandAsync(resourceName, commandName, cancellationToken).ConfigureAwait(false);
        return new DashboardCommandResult(result.Success, result.ErrorMessage ?? (result.Canceled ? "Cancelled." : null));
    }

    private static DashboardResource ToDashboard(ResourceEvent resourceEvent)
    {
        var snapshot = resourceEvent.Snapshot;
        return new DashboardResource
        {
            Name = resourceEvent.ResourceId,
            DisplayName = resourceEvent.Resource.Name,
            Type = snapshot.ResourceType,
            Uid = resourceEvent.ResourceId,
            State = snapshot.State?.Text,
            StateStyle = snapshot.State?.Style,
            ExitCode = snapshot.ExitCode,
            CreatedAt = snapshot.CreationTimeStamp,
            StartedAt = snapshot.StartTimeStamp,
            StoppedAt = snapshot.StopTimeStamp,
            Urls = [.. snapshot.Urls.Select(u => new DashboardUrl(u.Name, u.Url, NullIfEmpty(u.DisplayProperties.DisplayName), u.IsInternal, u.IsInactive))],
            Environment = [.. snapshot.EnvironmentVariables.Select(v => new DashboardVariable(v.Name, v.Value, v.IsFromSpec))],
            Properties = PropertiesOf(snapshot.Properties),
            HealthReports = [.. snapshot.HealthReports.Select(h => new DashboardHealthReport(h.Name, ToDashboard(h.Status), h.Description, h.ExceptionText))],
            Commands =
            [
                .. snapshot.Commands.Select(c => new DashboardCommand(
                    c.Name, c.DisplayName, c.DisplayDescription, c.ConfirmationMessage, c.IconName, c.IsHighlighted, (DashboardCommandState)c.State)),
            ],
            Relationships = [.. snapshot.Relationships.Select(r => new DashboardRelationship(r.ResourceName, r.Type))],
            ParentName = resourceEvent.Resource is IResourceWithParent child ? child.Parent.GetReplicaIds()[0] : null,
        };
    }

    // A property without a value would end the dashboard's watch without a word.
    private static DashboardProperty[] PropertiesOf(ImmutableArray<ResourcePropertySnapshot> properties) =>
    [
        .. properties.Where(p => p.Value is not null).Select(p =>
            new DashboardProperty(p.Name, null, Convert.ToString(p.Value, CultureInfo.InvariantCulture) ?? "", p.IsSensitive)),
    ];

    private static DashboardHealth? ToDashboard(HealthStatus? status) => status switch
    {
        HealthStatus.Healthy => DashboardHealth.Healthy,
        HealthStatus.Degraded => DashboardHealth.Degraded,
        HealthStatus.Unhealthy => DashboardHealth.Unhealthy,
        _ => null,
    };

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
