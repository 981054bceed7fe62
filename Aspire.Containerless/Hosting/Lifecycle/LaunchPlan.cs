namespace Aspire.Containerless.Lifecycle;

/// <summary>How to start one replica.</summary>
/// <param name="Environment">Added to the ambient variables.</param>
internal sealed record LaunchPlan(
    string Command, IReadOnlyList<string> Arguments, string WorkingDirectory, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>What the dashboard shows as the program; null: the command. A server runs under a host of ours that says nothing to a person.</summary>
    public string? ProgramPath { get; init; }

    /// <summary>The project file, where it is one.</summary>
    public string? ProjectPath { get; init; }
}

/// <summary>Works out how to start a resource; anew for every start.</summary>
internal interface ILaunchPlanner
{
    /// <param name="progress">Told, one sentence a call, what takes long.</param>
    /// <exception cref="Servers.ContainerlessException">It cannot be started on this machine.</exception>
    Task<LaunchPlan> PlanAsync(Replica replica, Action<string> progress, CancellationToken cancellationToken);
}
