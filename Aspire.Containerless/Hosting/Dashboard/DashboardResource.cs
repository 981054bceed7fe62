namespace Aspire.Containerless.Dashboard;

/// <summary>One row of the dashboard: one resource, or one replica of it, as it is now.</summary>
internal sealed record DashboardResource
{
    /// <summary>Unique; replicas have one each (<c>realtime-1</c>). Telemetry is matched to it by <c>service.instance.id</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Shared by the replicas of one resource.</summary>
    public required string DisplayName { get; init; }

    /// <summary>Project, Executable, Parameter and so on: chooses the icon.</summary>
    public required string Type { get; init; }

    public required string Uid { get; init; }
    public required string? State { get; init; }

    /// <summary>success, info, warning or error; null lets the dashboard choose by <see cref="State"/>.</summary>
    public string? StateStyle { get; init; }

    public int? ExitCode { get; init; }
    public DateTimeOffset? CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? StoppedAt { get; init; }
    public IReadOnlyList<DashboardUrl> Urls { get; init; } = [];
    public IReadOnlyList<DashboardVariable> Environment { get; init; } = [];
    public IReadOnlyList<DashboardProperty> Properties { get; init; } = [];

    /// <summary>Empty: the resource has no health checks and is healthy when it runs.</summary>
    public IReadOnlyList<DashboardHealthReport> HealthReports { get; init; } = [];

    public IReadOnlyList<DashboardCommand> Commands { get; init; } = [];
    public IReadOnlyList<DashboardRelationship> Relationships { get; init; } = [];

    /// <summary>The resource this one is nested under, by <see cref="Name"/>.</summary>
    public string? ParentName { get; init; }
}

/// <param name="Name">The endpoint's name, null for a link that belongs to none.</param>
/// <param name="DisplayName">Text of the link; null shows the address.</param>
/// <param name="IsInternal">Listed in the details only.</param>
/// <param name="IsInactive">Not shown: the resource does not run.</param>
internal sealed record DashboardUrl(string? Name, string Url, string? DisplayName, bool IsInternal = false, bool IsInactive = false);

/// <param name="IsFromSpec">Set by the app model rather than inherited.</param>
internal sealed record DashboardVariable(string Name, string? Value, bool IsFromSpec = true);

/// <param name="Name">A name the dashboard knows (<c>project.path</c>, <c>executable.pid</c>, <c>resource.source</c>) or one of ours.</param>
/// <param name="IsSensitive">Masked until the person asks.</param>
internal sealed record DashboardProperty(string Name, string? DisplayName, string Value, bool IsSensitive = false);

/// <param name="Status">Null until the first check has ended.</param>
internal sealed record DashboardHealthReport(string Key, DashboardHealth? Status, string? Description = null, string? Exception = null);

/// <summary>Numbered as on the wire.</summary>
internal enum DashboardHealth { Healthy, Unhealthy, Degraded }

/// <param name="ConfirmationMessage">A question put before the command runs.</param>
/// <param name="IconName">A Fluent UI icon, such as <c>Stop</c>.</param>
/// <param name="IsHighlighted">A button in the row, rather than an entry of its menu.</param>
internal sealed record DashboardCommand(
    string Name,
    string DisplayName,
    string? Description = null,
    string? ConfirmationMessage = null,
    string? IconName = null,
    bool IsHighlighted = false,
    DashboardCommandState State = DashboardCommandState.Enabled);

/// <summary>Numbered as on the wire.</summary>
internal enum DashboardCommandState { Enabled, Disabled, Hidden }

/// <param name="ResourceName">The other resource's display name.</param>
/// <param name="Type">Reference, WaitFor or Parent.</param>
internal sealed record DashboardRelationship(string ResourceName, string Type);
