using System.Collections.Immutable;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A resource, or one replica of it, as it is at one moment.</summary>
public sealed record CustomResourceSnapshot()
{
    public required string ResourceType { get; init; }
    public required ImmutableArray<ResourcePropertySnapshot> Properties { get; init; }

    public ResourceStateSnapshot? State { get; init; }

    /// <summary>Of the last process that ended; −1 when a signal ended it.</summary>
    public int? ExitCode { get; init; }

    /// <summary>UTC.</summary>
    public DateTime? CreationTimeStamp { get; init; }

    /// <inheritdoc cref="CreationTimeStamp" />
    public DateTime? StartTimeStamp { get; init; }

    /// <inheritdoc cref="CreationTimeStamp" />
    public DateTime? StopTimeStamp { get; init; }

    public ImmutableArray<UrlSnapshot> Urls { get; init; } = [];
    public ImmutableArray<EnvironmentVariableSnapshot> EnvironmentVariables { get; init; } = [];
    public ImmutableArray<RelationshipSnapshot> Relationships { get; init; } = [];
    public ImmutableArray<ResourceCommandSnapshot> Commands { get; init; } = [];
    public ImmutableArray<HealthReportSnapshot> HealthReports { get; internal init; } = [];

    /// <summary>Not in the dashboard's list.</summary>
    public bool IsHidden { get; init; }

    /// <summary>Null unless it runs; the worst of <see cref="HealthReports" />, and unhealthy until each of them has reported.</summary>
    public HealthStatus? HealthStatus =>
        State?.Text != KnownResourceStates.Running ? null
        : HealthReports.IsEmpty ? Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy
        : HealthReports.Min(r => r.Status ?? Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Unhealthy);

    /// <summary>Why it could not be started, in one sentence; null unless it failed to.</summary>
    internal string? Failure { get; init; }

    /// <summary>What runs once the resource has become healthy for the first time; null before.</summary>
    internal Task? Ready { get; init; }
}

/// <summary>A state, one of <see cref="KnownResourceStates" /> or any other text.</summary>
/// <param name="Style">One of <see cref="KnownResourceStateStyles" />; null lets the dashboard choose.</param>
public sealed record ResourceStateSnapshot(string Text, string? Style)
{
    public static implicit operator ResourceStateSnapshot?(string? s) => s is null ? null : new(s, null);
}

/// <summary>A fact about a resource, such as <c>executable.pid</c>.</summary>
public sealed record ResourcePropertySnapshot(string Name, object? Value)
{
    /// <summary>The dashboard masks it.</summary>
    public bool IsSensitive { get; init; }
}

/// <param name="Name">The endpoint's name, null for a link that belongs to none.</param>
/// <param name="IsInternal">In the dashboard's details only.</param>
public sealed record UrlSnapshot(string? Name, string Url, bool IsInternal)
{
    /// <summary>The endpoint does not answer yet.</summary>
    public bool IsInactive { get; init; }

    public UrlDisplayPropertiesSnapshot DisplayProperties { get; init; } = new();
}

/// <summary>The looks of a link.</summary>
public sealed record UrlDisplayPropertiesSnapshot(string DisplayName = "", int SortOrder = 0);

/// <param name="IsFromSpec">Set by the app model rather than inherited.</param>
public sealed record EnvironmentVariableSnapshot(string Name, string? Value, bool IsFromSpec);

/// <inheritdoc cref="ResourceRelationshipAnnotation" />
public sealed record RelationshipSnapshot(string ResourceName, string Type);

/// <inheritdoc cref="ResourceCommandAnnotation" />
public sealed record ResourceCommandSnapshot(
    string Name,
    ResourceCommandState State,
    string DisplayName,
    string? DisplayDescription,
    object? Parameter,
    string? ConfirmationMessage,
    string? IconName,
    IconVariant? IconVariant,
    bool IsHighlighted);

/// <param name="Status">Null until the first check has ended.</param>
public sealed record HealthReportSnapshot(string Name, HealthStatus? Status, string? Description, string? ExceptionText);
