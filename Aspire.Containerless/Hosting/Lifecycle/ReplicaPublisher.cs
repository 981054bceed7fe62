using System.Collections.Immutable;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Containerless.Lifecycle;

/// <summary>Tells the world what state one replica is in.</summary>
internal sealed class ReplicaPublisher(Replica replica, ResourceNotificationService notifications, TimeProvider time)
{
    private DateTime Now => time.GetUtcNow().UtcDateTime;

    public void Waiting() => Publish(s => s with { State = KnownResourceStates.Waiting });

    public void Starting() => Publish(s => s with
    {
        State = KnownResourceStates.Starting,
        ExitCode = null,
        Failure = null,
        StopTimeStamp = null,
        HealthReports = HealthMonitor.Pending(replica.Resource),
        Urls = ResourceLinks.Of(replica, isActive: false),
    });

    public void Planned(LaunchPlan plan) => Publish(s => s with
    {
        EnvironmentVariables = [.. plan.Environment.OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => new EnvironmentVariableSnapshot(v.Key, v.Value, true))],
        Properties = PropertiesOf(plan),
    });

    public void Running(int? processId) => Publish(s => s with
    {
        State = new ResourceStateSnapshot(KnownResourceStates.Running, KnownResourceStateStyles.Success),
        StartTimeStamp = Now,
        Properties = [.. s.Properties.Where(p => p.Name != "executable.pid"), new ResourcePropertySnapshot("executable.pid", processId)],
        Urls = ResourceLinks.Of(replica, isActive: true),
    });

    public void Stopping() => Publish(s => s with { State = KnownResourceStates.Stopping });

    public void Crashed(int? exitCode) => Publish(s => AsEnded(s, new(KnownResourceStates.Restarting, KnownResourceStateStyles.Warn)) with { ExitCode = exitCode });

    public void Restarting() => Publish(s => s with { State = new(KnownResourceStates.Restarting, KnownResourceStateStyles.Warn) });

    public void Stopped() => Publish(s => AsEnded(s, new(KnownResourceStates.Exited, null)));

    public void Finished(int? exitCode) => Publish(s => AsEnded(s, new(KnownResourceStates.Finished, null)) with { ExitCode = exitCode });

    public void FailedToStart(string reason) =>
        Publish(s => AsEnded(s, new(KnownResourceStates.FailedToStart, KnownResourceStateStyles.Error)) with { Failure = reason });

    private CustomResourceSnapshot AsEnded(CustomResourceSnapshot snapshot, ResourceStateSnapshot state) => snapshot with
    {
        State = state,
        StopTimeStamp = Now,
        Properties = [.. snapshot.Properties.Where(p => p.Name != "executable.pid")],
        Urls = ResourceLinks.Of(replica, isActive: false),
    };

    private ImmutableArray<ResourcePropertySnapshot> PropertiesOf(LaunchPlan plan)
    {
        var properties = ImmutableArray.CreateBuilder<ResourcePropertySnapshot>();
        if (plan.ProjectPath is not null)
            properties.Add(new("project.path", plan.ProjectPath));
        properties.Add(new("executable.path", plan.ProgramPath ?? plan.Command));
        properties.Add(new("executable.workDir", plan.WorkingDirectory));
        properties.Add(new("executable.args", string.Join(' ', plan.Arguments)) { IsSensitive = true });
        if (replica.Resource is IResourceWithConnectionString)
            properties.Add(new("resource.connectionString", ConnectionString()) { IsSensitive = true });
        return properties.ToImmutable();
    }

    // Every part of it is known by now.
    private string? ConnectionString() =>
        ((IResourceWithConnectionString)replica.Resource).GetConnectionStringAsync().AsTask() is { IsCompletedSuccessfully: true } known ? known.Result : null;

    private void Publish(Func<CustomResourceSnapshot, CustomResourceSnapshot> change) =>
        notifications.PublishUpdateAsync(replica.Resource, replica.Id, change).GetAwaiter().GetResult();
}
