using Aspire.Containerless.Dashboard;
using Aspire.Containerless.Servers;

namespace Aspire.Containerless.Lifecycle;

/// <summary>The dashboard runs like everything else, under DCP: so its end too is DCP's care should this process be killed.</summary>
internal sealed class DashboardPlanner(AspireBundle bundle, DashboardProcessOptions options) : ILaunchPlanner
{
    public Task<LaunchPlan> PlanAsync(Replica replica, Action<string> progress, CancellationToken cancellationToken)
    {
        var launch = DashboardProcess.CreateLaunch(bundle, options);
        return Task.FromResult(new LaunchPlan(launch.Command, launch.Arguments, launch.WorkingDirectory, launch.Environment));
    }
}
