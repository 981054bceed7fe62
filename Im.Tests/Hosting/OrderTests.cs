using Aspire.Containerless.Lifecycle;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Im.Tests.Hosting;

public sealed class OrderTests : AppTest
{
    [Fact]
    public async Task A_resource_starts_only_when_the_one_it_waits_for_is_healthy_and_what_runs_on_that_has_ended()
    {
        var isHealthy = false;
        var readyMayEnd = new TaskCompletionSource();
        await StartAsync(builder =>
        {
            var server = builder.AddExecutable("server", "sleep", ".", "600")
                .WithAnnotation(new ReplicaHealthCheckAnnotation(
                    "server_check", (_, _) => Task.FromResult(isHealthy ? ProbeResult.Healthy : ProbeResult.Unhealthy("not yet"))))
                .OnResourceReady((_, _, cancellationToken) => readyMayEnd.Task.WaitAsync(cancellationToken));
            builder.AddExecutable("client", "sleep", ".", "600").WaitFor(server);
        });

        await Notifications.WaitForResourceAsync("server", e => e.Snapshot.HealthReports.Any(r => r.Description == "not yet"), Limit);
        Assert.Equal(KnownResourceStates.Waiting, ClientState());

        isHealthy = true;
        await Notifications.WaitForResourceAsync("server", e => e.Snapshot.Ready is not null, Limit);
        Assert.Equal(KnownResourceStates.Waiting, ClientState());

        readyMayEnd.SetResult();
        await Notifications.WaitForResourceHealthyAsync("client", Limit);
    }

    [Fact]
    public async Task A_resource_starts_after_another_has_done_its_work()
    {
        await StartAsync(builder =>
        {
            var work = builder.AddExecutable("work", "true", ".");
            builder.AddExecutable("after", "sleep", ".", "600").WaitForCompletion(work);
        });

        await Notifications.WaitForResourceHealthyAsync("after", Limit);

        Assert.True(Notifications.TryGetCurrentState("work", out var work));
        Assert.Equal((KnownResourceStates.Finished, 0), (StateOf(work), work.Snapshot.ExitCode));
    }

    [Fact]
    public async Task A_program_that_does_not_exist_fails_to_start_and_a_waiting_test_is_told()
    {
        await StartAsync(builder => builder.AddExecutable("nothing", "/no/such/program", "."));

        var failure = await Assert.ThrowsAsync<DistributedApplicationException>(() => Notifications.WaitForResourceHealthyAsync("nothing", Limit));
        Assert.EndsWith("it is FailedToStart. There is no program '/no/such/program' on this machine.", failure.Message);
    }

    private string? ClientState()
    {
        Assert.True(Notifications.TryGetCurrentState("client", out var client));
        return StateOf(client);
    }
}
