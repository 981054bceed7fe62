using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Aspire.Containerless.Dashboard;

namespace Im.Tests.Hosting;

/// <summary>An application of three resources that does what a test tells it.</summary>
internal sealed class ServersDashboardFeed : IDashboardFeed
{
    public static readonly DateTimeOffset StartedAt = new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly Channel<DashboardChange> _changes = Channel.CreateUnbounded<DashboardChange>();

    public List<string> Executed { get; } = [];

    public string ApplicationName => "Im";

    public static DashboardResource Redis { get; } = new() { Name = "redis", DisplayName = "redis", Type = "Executable", Uid = "uid-redis", State = "Starting" };

    public static DashboardResource Replica { get; } = new()
    {
        Name = "realtime-1",
        DisplayName = "realtime",
        Type = "Project",
        Uid = "uid-realtime-1",
        State = "Running",
        ExitCode = 0,
        CreatedAt = StartedAt,
        StartedAt = StartedAt,
        Urls =
        [
            new("http", "http://localhost:20460/chat", "Chat page"),
            new(null, "http://localhost:20461/health", null, IsInternal: true),
        ],
        Environment = [new("ASPNETCORE_URLS", "http://localhost:20460"), new("EMPTY", null)],
        Properties = [new("project.path", null, "/src/Im.Realtime.csproj"), new("secret", "Secret", "hush", IsSensitive: true)],
        HealthReports = [new("http", DashboardHealth.Unhealthy, "503", "no database"), new("first", null)],
        Commands =
        [
            new("resource-stop", "Stop", IconName: "Stop", IsHighlighted: true),
            new("kill", "Kill", "As a crash would", "Kill this replica?", "Flash"),
            new("resource-start", "Start", State: DashboardCommandState.Hidden),
        ],
        Relationships = [new("redis", "Reference")],
        ParentName = "redis",
    };

    public void Publish(DashboardChange change) => _changes.Writer.TryWrite(change);

    public async IAsyncEnumerable<DashboardChange> WatchResourcesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return new(Redis, null);
        yield return new(Replica, null);
        await foreach (var change in _changes.Reader.ReadAllAsync(cancellationToken)) yield return change;
    }

    public async IAsyncEnumerable<DashboardLogLine> WatchLogsAsync(
        string resourceName, bool follow, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return new(1, $"{resourceName} says hello", IsError: false);
        yield return new(2, "and something went wrong", IsError: true);
        if (follow) await Task.Delay(Timeout.Infinite, cancellationToken);
    }

    public Task<DashboardCommandResult> ExecuteAsync(string resourceName, string commandName, CancellationToken cancellationToken)
    {
        Executed.Add($"{resourceName} {commandName}");
        return Task.FromResult(commandName == "kill" ? new DashboardCommandResult(true, null) : new(false, "It does not stop."));
    }
}
