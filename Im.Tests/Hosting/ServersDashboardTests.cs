using Aspire.Containerless.Dashboard;
using Aspire.Containerless.Dashboard.Wire;
using Aspire.Containerless.Servers;
using Grpc.Core;
using Grpc.Net.Client;

namespace Im.Tests.Hosting;

public sealed class ServersDashboardTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly ServersDashboardFeed _feed = new();
    private DashboardHost _host = null!;
    private GrpcChannel _channel = null!;
    private DashboardService.DashboardServiceClient _client = null!;

    private CallOptions Key => new(new Metadata { { DashboardHost.ApiKeyHeader, _host.ApiKey } }, DateTime.UtcNow + Limit);

    public async Task InitializeAsync()
    {
        _host = await DashboardHost.StartAsync(_feed, new(), default);
        _channel = GrpcChannel.ForAddress(_host.ResourceServiceUrl);
        _client = new(_channel);
    }

    public async Task DisposeAsync()
    {
        _channel.Dispose();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task Who_does_not_have_the_key_learns_nothing()
    {
        var call = async () => await _client.GetApplicationInformationAsync(new());
        Assert.Equal(StatusCode.Unauthenticated, (await Assert.ThrowsAsync<RpcException>(call)).StatusCode);
        Assert.Equal("Im", (await _client.GetApplicationInformationAsync(new(), Key)).ApplicationName);
    }

    [Fact]
    public async Task The_first_message_has_every_resource_and_the_next_ones_what_changed()
    {
        using var call = _client.WatchResources(new(), Key);
        Assert.Equal(["redis", "realtime-1"], (await NextAsync(call.ResponseStream)).InitialData.Resources.Select(resource => resource.Name));

        _feed.Publish(new(ServersDashboardFeed.Redis with { State = "Running" }, null));
        Assert.Equal("Running", Assert.Single((await NextAsync(call.ResponseStream)).Changes.Value).Upsert.State);

        _feed.Publish(new(null, "redis"));
        Assert.Equal("redis", Assert.Single((await NextAsync(call.ResponseStream)).Changes.Value).Delete.ResourceName);
    }

    [Fact]
    public async Task Everything_known_about_a_replica_is_told()
    {
        using var call = _client.WatchResources(new(), Key);
        var resources = (await NextAsync(call.ResponseStream)).InitialData.Resources;
        var replica = resources[1];
        Assert.Equal(("realtime", "Project", "Running"), (replica.DisplayName, replica.ResourceType, replica.State));
        Assert.Equal(ServersDashboardFeed.StartedAt, replica.StartedAt.ToDateTimeOffset());
        Assert.Equal(["Chat page", ""], replica.Urls.Select(url => url.DisplayProperties.DisplayName));
        Assert.Equal([true, false], replica.Environment.Select(variable => variable.HasValue));
        Assert.Equal([true, false], replica.HealthReports.Select(report => report.HasStatus));
        Assert.Equal(HealthStatus.Unhealthy, replica.HealthReports[0].Status);
        Assert.Equal(["resource-stop", "kill", "resource-start"], replica.Commands.Select(command => command.Name));
        Assert.Equal("Kill this replica?", replica.Commands[1].ConfirmationMessage);
        Assert.Equal(ResourceCommandState.Hidden, replica.Commands[2].State);
        Assert.Equal("redis", replica.Properties.Single(property => property.Name == "resource.parentName").Value.StringValue);
        Assert.Equal(0, replica.Properties.Single(property => property.Name == "resource.exitCode").Value.NumberValue);
        Assert.All(resources, resource => Assert.NotNull(resource.CreatedAt));
    }

    [Fact]
    public async Task Logs_come_with_their_numbers_and_end_when_they_are_not_followed()
    {
        using var call = _client.WatchResourceConsoleLogs(new() { ResourceName = "redis", SuppressFollow = true }, Key);
        var lines = (await NextAsync(call.ResponseStream)).LogLines;
        Assert.Equal([(1, "redis says hello", false), (2, "and something went wrong", true)], lines.Select(line => (line.LineNumber, line.Text, line.IsStdErr)));
        Assert.False(await call.ResponseStream.MoveNext(default));
    }

    [Fact]
    public async Task A_command_runs_on_the_replica_it_names_and_its_failure_is_told()
    {
        var killed = await _client.ExecuteResourceCommandAsync(new() { ResourceName = "realtime-1", CommandName = "kill" }, Key);
        Assert.Equal(ResourceCommandResponseKind.Succeeded, killed.Kind);
        var stopped = await _client.ExecuteResourceCommandAsync(new() { ResourceName = "realtime-1", CommandName = "resource-stop" }, Key);
        Assert.Equal((ResourceCommandResponseKind.Failed, "It does not stop."), (stopped.Kind, stopped.ErrorMessage));
        Assert.Equal(["realtime-1 kill", "realtime-1 resource-stop"], _feed.Executed);
    }

    [Fact]
    public async Task The_interactions_stay_open_and_the_host_ends_at_once_although_the_dashboard_listens()
    {
        using var interactions = _client.WatchInteractions(Key);
        using var resources = _client.WatchResources(new(), Key);
        await NextAsync(resources.ResponseStream);
        var nothing = interactions.ResponseStream.MoveNext(default);
        Assert.NotSame(nothing, await Task.WhenAny(nothing, Task.Delay(300)));

        await _host.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(3));
        // The stream has ended: in order, or because the connection went first.
        var end = await Record.ExceptionAsync(async () => Assert.False(await nothing.WaitAsync(Limit)));
        Assert.True(end is null or RpcException { StatusCode: StatusCode.Internal or StatusCode.Unavailable }, $"{end}");
    }

    [Fact]
    public async Task A_taken_port_is_said_in_one_sentence()
    {
        var port = new Uri(_host.ResourceServiceUrl).Port;
        var failure = await Assert.ThrowsAsync<ContainerlessException>(() => DashboardHost.StartAsync(_feed, new(port), default));
        Assert.Equal($"Port {port}, for the dashboard's resource list, is taken.", failure.Message);
    }

    private static async Task<T> NextAsync<T>(IAsyncStreamReader<T> stream)
    {
        Assert.True(await stream.MoveNext(default).WaitAsync(Limit));
        return stream.Current;
    }
}
