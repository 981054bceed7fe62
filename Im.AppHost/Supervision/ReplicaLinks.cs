using Microsoft.Extensions.Hosting;

namespace Im.AppHost.Supervision;

/// <summary>
/// Shows in the dashboard which replica is which: Aspire gives them random names and all the same link, so each gets a link to its own address, called by its
/// own name.
/// </summary>
internal sealed class ReplicaLinks(Replicas replicas, ResourceNotificationService notifications) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        replicas.Changed += (_, now) => Show(now);
        return Task.CompletedTask;
    }

    private void Show(Replica replica)
    {
        if (replica is { IsRunning: true, Index: not null, Address: not null } && !IsNamed(replica.Snapshot, replica))
            _ = notifications.PublishUpdateAsync(replica.Resource, replica.Id, snapshot => snapshot with { Urls = [LinkOf(replica)] });
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static UrlSnapshot LinkOf(Replica replica) => new("http", $"{replica.Address}", IsInternal: false) { DisplayProperties = new(replica.Name) };

    private static bool IsNamed(CustomResourceSnapshot snapshot, Replica replica) => snapshot.Urls.Length == 1 && snapshot.Urls[0] == LinkOf(replica);
}
