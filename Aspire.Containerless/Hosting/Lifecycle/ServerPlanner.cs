using System.Collections.Concurrent;
using Aspire.Containerless.Servers;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Containerless.Lifecycle;

/// <summary>Redis and Postgres: <see cref="RedisServer" /> and <see cref="PostgresServer" /> know how.</summary>
internal sealed class ServerPlanner : ILaunchPlanner
{
    // For the application's life: a server that crashed finds its data again, as a restarted container would.
    private readonly ConcurrentDictionary<string, string> _throwAway = [];

    public async Task<LaunchPlan> PlanAsync(Replica replica, Action<string> progress, CancellationToken cancellationToken)
    {
        replica.Resource.TryGetLastAnnotation<DataVolumeAnnotation>(out var volume);
        try
        {
            return await PlanAsync(replica, volume?.Store.DirectoryOf(volume.Name), progress, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ContainerlessException(volume is null
                ? $"The folder for data nobody keeps, {Path.GetTempPath()}, cannot be written ({failure.Message}): set TMPDIR to another."
                : $"The data folder {volume.Store.RootDirectory} cannot be written ({failure.Message}): set {VolumeStore.DataDirectoryKey} to another.", failure);
        }
    }

    private async Task<LaunchPlan> PlanAsync(Replica replica, string? data, Action<string> progress, CancellationToken cancellationToken)
    {
        var throwAway = _throwAway.GetOrAdd(replica.Id, static (_, name) => ThrowAwayFolder.NewPath(name), replica.Resource.Name);
        var launch = replica.Resource switch
        {
            RedisResource redis => await RedisServer.PrepareAsync(
                new RedisServerOptions(
                    redis.Name,
                    data,
                    replica.Addresses[RedisResource.PrimaryEndpointName].Port,
                    await ValueAsync(redis.PasswordParameter!, cancellationToken).ConfigureAwait(false),
                    ThrowAwayDirectory: throwAway),
                progress,
                cancellationToken).ConfigureAwait(false),
            PostgresServerResource postgres => await PostgresServer.PrepareAsync(
                new PostgresServerOptions(
                    postgres.Name,
                    data,
                    replica.Addresses[PostgresServerResource.PrimaryEndpointName].Port,
                    (await postgres.UserNameReference.GetValueAsync(cancellationToken).ConfigureAwait(false))!,
                    await ValueAsync(postgres.PasswordParameter, cancellationToken).ConfigureAwait(false),
                    ThrowAwayDirectory: throwAway),
                progress,
                cancellationToken).ConfigureAwait(false),
            var other => throw new InvalidOperationException($"'{other.Name}' is not a server."),
        };
        return new LaunchPlan(launch.Command, launch.Arguments, launch.WorkingDirectory, launch.Environment)
        {
            // The host's arguments, two hyphens, the server's own command line; Garnet has no program of its own.
            ProgramPath = launch.Arguments.SkipWhile(a => a != "--").Skip(1).FirstOrDefault() ?? launch.Arguments.ElementAtOrDefault(1),
        };
    }

    private static async Task<string> ValueAsync(ParameterResource parameter, CancellationToken cancellationToken) =>
        (await parameter.GetValueAsync(cancellationToken).ConfigureAwait(false))!;
}
