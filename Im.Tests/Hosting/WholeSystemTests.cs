using System.Text.Json;
using Aspire.Containerless.Lifecycle;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Im.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Im.Tests.Hosting;

/// <summary>The AppHost's own topology on the containerless library.</summary>
[Collection(ImAppCollection.Name)]
public sealed class WholeSystemTests(ImAppFixture im)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("redis-1")]
    [InlineData("postgres-1")]
    [InlineData("im")]
    [InlineData("realtime-1")]
    [InlineData("realtime-2")]
    [InlineData("web-1")]
    public Task Everything_is_there_and_healthy(string replicaId) => Eventually.TrueAsync(
        // Not at once: the test before this one may have killed a replica.
        () => im.App.ResourceNotifications.TryGetCurrentState(replicaId, out var current)
            && current.Snapshot.State?.Text == KnownResourceStates.Running && current.Snapshot.HealthStatus == HealthStatus.Healthy,
        seconds: 30);

    [Fact]
    public async Task The_dashboard_lists_the_resources_and_not_itself()
    {
        using var limit = new CancellationTokenSource(Limit);
        var listed = new HashSet<string>();
        await foreach (var change in im.App.Services.GetRequiredService<DashboardFeed>().WatchResourcesAsync(limit.Token))
        {
            listed.Add(change.Upsert!.Name);
            if (listed.Count == 6)
                break;
        }
        Assert.Equal(["im", "postgres-1", "realtime-1", "realtime-2", "redis-1", "web-1"], listed.Order());
    }

    [Fact]
    public void The_chat_page_is_a_link_with_a_name()
    {
        Assert.True(im.App.ResourceNotifications.TryGetCurrentState("web", out var web));
        var link = Assert.Single(web.Snapshot.Urls, u => !u.IsInternal);
        Assert.Equal(("Chat", im.WebAddress), (link.DisplayProperties.DisplayName, new Uri(link.Url)));
        Assert.Equal(im.WebAddress, im.App.GetEndpoint("web"));
    }

    [Fact]
    public async Task Kill_crashes_the_chosen_replica_only_and_it_comes_back()
    {
        using var limit = new CancellationTokenSource(Limit);
        var (victim, other) = (ProcessIdOf("realtime-2"), ProcessIdOf("realtime-1"));

        Assert.True((await im.App.ResourceCommands.ExecuteCommandAsync("realtime-2", "kill", limit.Token)).Success);

        await im.App.ResourceNotifications.WaitForResourceAsync(
            "realtime",
            e => e.ResourceId == "realtime-2" && e.Snapshot.HealthStatus == HealthStatus.Healthy && ProcessIdOf(e.ResourceId) is { } id && id != victim,
            limit.Token);
        Assert.Equal(other, ProcessIdOf("realtime-1"));
    }

    [Fact]
    public async Task Both_replicas_send_telemetry_to_the_dashboard_under_their_own_names()
    {
        string[] expected = ["realtime:1", "realtime:2", "web:1"];
        await Eventually.TrueAsync(
            async () =>
            {
                using var resources = JsonDocument.Parse(await im.Telemetry.GetStringAsync("api/telemetry/resources"));
                var known = resources.RootElement.EnumerateArray()
                    .Select(r => $"{r.GetProperty("name").GetString()}:{r.GetProperty("instanceId").GetString()}").ToArray();
                return expected.All(known.Contains);
            },
            seconds: 30);
    }

    private object? ProcessIdOf(string replicaId) =>
        im.App.ResourceNotifications.TryGetCurrentState(replicaId, out var current)
            ? current.Snapshot.Properties.FirstOrDefault(p => p.Name == "executable.pid")?.Value
            : null;
}
