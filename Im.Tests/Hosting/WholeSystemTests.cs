using System.Buffers.Binary;
using System.Text.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Im.AppHost.Supervision;
using Im.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Im.Tests.Hosting;

/// <summary>The AppHost's own topology, as a person sees it in the dashboard.</summary>
[Collection(ImAppCollection.Name)]
public sealed class WholeSystemTests(ImAppFixture im)
{
    [Theory]
    [InlineData("redis")]
    [InlineData("postgres")]
    [InlineData("im")]
    [InlineData("realtime-1")]
    [InlineData("realtime-2")]
    [InlineData("web")]
    public Task Everything_is_there_and_healthy(string name) => Eventually.TrueAsync(
        // Not at once: the test before this one may have killed a replica.
        () => im.Find(name) is { State: "Running", Snapshot.HealthStatus: HealthStatus.Healthy },
        seconds: 60);

    [Fact]
    public void The_dashboard_lists_the_resources_and_nothing_of_ours_besides()
    {
        var listed = im.App.Services.GetRequiredService<Replicas>().All.Where(replica => !replica.Snapshot.IsHidden && replica.Resource is not ParameterResource).Select(replica => replica.Name);
        Assert.Equal(["im", "postgres", "realtime-1", "realtime-2", "redis", "web"], listed.Order());
    }

    [Fact]
    public void The_chat_page_is_a_link_with_a_name()
    {
        var link = Assert.Single(im.Find("web").Snapshot.Urls, u => !u.IsInternal);
        Assert.Equal(("Chat", im.WebAddress), (link.DisplayProperties.DisplayName, new Uri(link.Url)));
        Assert.Equal(im.WebAddress, im.App.GetEndpoint("web"));
    }

    [Theory]
    [InlineData("realtime-1")]
    [InlineData("realtime-2")]
    public Task Each_replica_is_called_by_its_name_beside_a_link_to_itself(string name) => Eventually.TrueAsync(
        () => im.Find(name) is var replica && replica.Snapshot.Urls.Any(url => url.DisplayProperties.DisplayName == name && new Uri(url.Url) == replica.Address), seconds: 30);

    [Fact]
    public async Task Each_replica_has_a_health_of_its_own()
    {
        foreach (var name in (string[])["realtime-1", "realtime-2"])
            Assert.Contains("realtime-1", im.Find(name).Snapshot.HealthReports.Select(report => report.Name));
        await im.SignalAsync("realtime-2", "STOP");
        try
        {
            await Eventually.TrueAsync(() => im.Find("realtime-2").State == Replica.UnhealthyState, seconds: 30);
            Assert.Equal("Running", im.Find("realtime-1").State);
            // Aspire's own checks are asked anew, and name the one that hangs.
            await Eventually.TrueAsync(
                () => im.Find("realtime-1").Snapshot.HealthReports is var reports
                    && reports.Single(report => report.Name == "realtime-2").Status == HealthStatus.Unhealthy && reports.Single(report => report.Name == "realtime-1").Status == HealthStatus.Healthy,
                seconds: 30);
        }
        finally
        {
            await im.SignalAsync("realtime-2", "CONT");
        }
        await Eventually.TrueAsync(() => im.Find("realtime-2") is { State: "Running", Snapshot.HealthStatus: HealthStatus.Healthy }, seconds: 30);
    }

    [Fact]
    public async Task Another_program_on_a_replicas_port_is_not_taken_for_the_replica()
    {
        await using var stranger = new AnyWebServer(request => "Healthy");
        var probe = im.App.Services.GetRequiredService<ReplicaProbe>();
        var replica = im.Find("web");
        var moved = replica with { Snapshot = replica.Snapshot with { EnvironmentVariables = [new("ASPNETCORE_URLS", $"{stranger.Address}", true)] } };

        Assert.Null(await probe.FindFaultAsync(replica, default));
        Assert.Equal($"{stranger.Address.Authority} is answered by another program.", await probe.FindFaultAsync(moved, default));
        Assert.StartsWith($"{replica.Address!.Authority} is answered by web/", await new ReplicaProbe("another run").FindFaultAsync(replica, default));
    }

    [Fact]
    public async Task Kill_crashes_the_chosen_replica_only_and_it_comes_back()
    {
        var (victim, other) = (im.FindProcessId("realtime-2"), im.FindProcessId("realtime-1"));

        await im.ExecuteAsync("realtime-2", "kill");

        await Eventually.TrueAsync(() => im.FindProcessId("realtime-2") is { } id && id != victim, seconds: 30);
        await im.WaitUntilWholeAsync();
        Assert.Equal(other, im.FindProcessId("realtime-1"));
    }

    [Fact]
    public async Task A_replica_that_was_stopped_on_purpose_stays_stopped()
    {
        await im.ExecuteAsync("realtime-1", KnownResourceCommands.StopCommand);
        await Eventually.TrueAsync(() => im.FindProcessId("realtime-1") is null);
        // Longer than a crashed one is away.
        await Task.Delay(TimeSpan.FromSeconds(3));
        Assert.Null(im.FindProcessId("realtime-1"));

        await im.ExecuteAsync("realtime-1", KnownResourceCommands.StartCommand);
        await im.WaitUntilWholeAsync();
    }

    [Fact]
    public async Task A_password_is_hashed_a_hundred_thousand_times()
    {
        await ChatUser.JoinAsync(im.WebAddress, "hashed");
        await using var database = NpgsqlDataSource.Create(await im.GetDatabaseAsync());
        await using var command = database.CreateCommand("SELECT password_hash FROM users WHERE password_hash IS NOT NULL LIMIT 1");
        var hash = Convert.FromBase64String((string)(await command.ExecuteScalarAsync())!);
        // Identity's format 1: the hash function (2: SHA-512) and the iterations follow the format's number.
        Assert.Equal((1, 2), (hash[0], BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(1))));
        Assert.InRange(BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(5)), 100_000, int.MaxValue);
    }

    [Fact]
    public async Task Both_replicas_send_telemetry_to_the_dashboard_under_their_own_names()
    {
        string[] expected = [im.IdOf("realtime-1"), im.IdOf("realtime-2"), im.IdOf("web")];
        await Eventually.TrueAsync(
            async () =>
            {
                using var resources = JsonDocument.Parse(await im.Telemetry.GetStringAsync("api/telemetry/resources"));
                var known = resources.RootElement.EnumerateArray()
                    .Select(r => $"{r.GetProperty("name").GetString()}-{r.GetProperty("instanceId").GetString()}").ToArray();
                return expected.All(known.Contains);
            },
            seconds: 30);
    }
}
