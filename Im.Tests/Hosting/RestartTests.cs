using System.Diagnostics;
using Aspire.Containerless.Lifecycle;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Im.Tests.Hosting;

public sealed class RestartTests : AppTest
{
    [Fact]
    public async Task A_killed_server_comes_back()
    {
        await StartAsync(builder => builder.AddExecutable("server", "sleep", ".", "600").WithHttpEndpoint());
        var first = await ProcessIdAsync("server");
        var restarting = Notifications.WaitForResourceAsync("server", e => StateOf(e) == "Restarting", Limit);

        Process.GetProcessById(first).Kill();

        var crashed = await restarting;
        Assert.Equal(-1, crashed.Snapshot.ExitCode);
        Assert.Null(ProcessIdOf(crashed));
        Assert.NotEqual(first, await ProcessIdAsync("server", notThisOne: first));
    }

    [Fact]
    public async Task A_stopped_server_stays_down_until_it_is_started()
    {
        await StartAsync(builder => builder.AddExecutable("server", "sleep", ".", "600").WithHttpEndpoint());
        var first = await ProcessIdAsync("server");

        Assert.True((await Commands.ExecuteCommandAsync("server", KnownResourceCommands.StopCommand, Limit)).Success);
        Assert.True(Notifications.TryGetCurrentState("server", out var stopped));
        Assert.Equal(KnownResourceStates.Exited, StateOf(stopped));
        Assert.Throws<ArgumentException>(() => Process.GetProcessById(first));

        Assert.True((await Commands.ExecuteCommandAsync("server", KnownResourceCommands.StartCommand, Limit)).Success);
        var second = await ProcessIdAsync("server", notThisOne: first);

        Assert.True((await Commands.ExecuteCommandAsync("server", KnownResourceCommands.RestartCommand, Limit)).Success);
        await ProcessIdAsync("server", notThisOne: second);
    }

    [Fact]
    public async Task A_server_that_ignores_the_request_to_stop_is_killed()
    {
        await StartAsync(builder => builder.AddExecutable("deaf", "sh", ".", "-c", "trap '' TERM; while true; do sleep 1; done"));
        var processId = await ProcessIdAsync("deaf");
        var clock = Stopwatch.StartNew();

        await Commands.ExecuteCommandAsync("deaf", KnownResourceCommands.StopCommand, Limit);

        Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(6));
        Assert.Throws<ArgumentException>(() => Process.GetProcessById(processId));
    }

    [Fact]
    public void Restarts_come_later_and_later_and_at_once_again_after_a_good_run()
    {
        var backOff = new RestartBackOff();
        var short_ = TimeSpan.FromSeconds(1);

        Assert.Equal([0.5, 1, 2, 4, 8, 16, 30, 30], Enumerable.Range(0, 8).Select(_ => backOff.Next(short_).TotalSeconds));
        Assert.Equal(0.5, backOff.Next(TimeSpan.FromMinutes(1)).TotalSeconds);
    }
}
