using Aspire.Containerless.Servers;
using Aspire.Hosting.ApplicationModel;
using Npgsql;

namespace Aspire.Containerless.Lifecycle;

/// <summary>Creates a database once its server answers, and watches it from then on.</summary>
internal sealed class DatabaseSupervisor(PostgresDatabaseResource database, SupervisorServices shared)
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    private readonly Replica _replica = new(database, database.Name, 1, new ReplicaAddresses(new Dictionary<string, Uri>()));

    /// <summary>Runs until cancelled, which does not throw.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await PublishAsync(s => s with { State = KnownResourceStates.Waiting, HealthReports = HealthMonitor.Pending(database) }).ConfigureAwait(false);
            await shared.Notifications.WaitForResourceHealthyAsync(database.Parent.Name, WaitBehavior.WaitOnResourceUnavailable, cancellationToken).ConfigureAwait(false);
            var server = await database.Parent.GetConnectionStringAsync(cancellationToken).ConfigureAwait(false);
            await CreateAsync(server!, cancellationToken).ConfigureAwait(false);
            await PublishAsync(s => s with
            {
                State = new ResourceStateSnapshot(KnownResourceStates.Running, KnownResourceStateStyles.Success),
                StartTimeStamp = shared.Time.GetUtcNow().UtcDateTime,
                Properties = [new ResourcePropertySnapshot("resource.source", $"{database.Parent.Name}/{database.DatabaseName}")],
            }).ConfigureAwait(false);
            await shared.Health.RunAsync(_replica, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The application ends.
        }
    }

    private async Task CreateAsync(string server, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await PostgresServer.CreateDatabaseAsync(server, database.DatabaseName, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (NpgsqlException failure)
            {
                shared.Logs[_replica.Id].Note($"The database cannot be created yet: {failure.Message}");
                await Task.Delay(RetryInterval, shared.Time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private Task PublishAsync(Func<CustomResourceSnapshot, CustomResourceSnapshot> change) =>
        shared.Notifications.PublishUpdateAsync(database, _replica.Id, change);
}
