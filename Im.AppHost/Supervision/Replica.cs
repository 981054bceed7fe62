using System.Globalization;

namespace Im.AppHost.Supervision;

/// <summary>One process of a resource, as it was last heard of.</summary>
internal sealed record Replica(IResource Resource, string Id, CustomResourceSnapshot Snapshot)
{
    /// <summary>The environment variable that says which replica this is.</summary>
    public const string IndexVariable = "Im__Node__Index";

    /// <summary>The state of a replica that runs and does not answer, or says itself that it cannot work.</summary>
    public const string UnhealthyState = "Unhealthy";

    /// <summary>0, 1, …; null for what is no replica. While it is being started again the snapshot does not say it: what was known stays.</summary>
    public int? Index { get; private init; } = int.TryParse(VariableOf(Snapshot, IndexVariable), CultureInfo.InvariantCulture, out var index) ? index : null;

    /// <summary>As people know it: <c>realtime-1</c>, <c>web</c>.</summary>
    public string Name => Index is { } index ? $"{Resource.Name}-{index + 1}" : Resource.Name;

    public string? State => Snapshot.State?.Text;

    public bool IsRunning => State is UnhealthyState || State == KnownResourceStates.Running;

    /// <summary>Null while it does not run.</summary>
    public int? ProcessId => IsRunning && Snapshot.Properties.FirstOrDefault(property => property.Name == "executable.pid")?.Value is { } id
        ? Convert.ToInt32(id, CultureInfo.InvariantCulture)
        : null;

    /// <summary>Its own address, which is not the one that all replicas share; null for what serves no HTTP.</summary>
    public Uri? Address => Uri.TryCreate(VariableOf(Snapshot, "ASPNETCORE_URLS")?.Split(';')[0], UriKind.Absolute, out var address) ? address : null;

    /// <summary>Whether it was started within so long.</summary>
    public bool IsYoungerThan(TimeSpan age) =>
        (IsRunning || State == KnownResourceStates.Starting) && Snapshot.StartTimeStamp is { } start && DateTime.UtcNow - start.ToUniversalTime() < age;

    public Replica After(Replica? before) => Index is null && before?.Index is { } known ? this with { Index = known } : this;

    private static string? VariableOf(CustomResourceSnapshot snapshot, string name) => snapshot.EnvironmentVariables.FirstOrDefault(variable => variable.Name == name)?.Value;
}
