using Aspire.Containerless.Dashboard.Wire;
using Google.Protobuf.WellKnownTypes;

namespace Aspire.Containerless.Dashboard;

/// <summary>
/// Our records as the dashboard's messages. The dashboard ends its watch without a word over a message that lacks
/// a creation time, a link's display properties or a property's value, so those are always there.
/// </summary>
internal static class DashboardWire
{
    public static WatchResourcesChange ToWire(this DashboardChange change, DateTimeOffset createdAtDefault) => change.Upsert is { } resource
        ? new() { Upsert = resource.ToWire(createdAtDefault) }
        : new() { Delete = new() { ResourceName = change.DeletedName } };

    public static ConsoleLogLine ToWire(DashboardLogLine line) => new() { LineNumber = line.Number, Text = line.Text, IsStdErr = line.IsError };

    public static Resource ToWire(this DashboardResource resource, DateTimeOffset createdAtDefault)
    {
        var wire = new Resource
        {
            Name = resource.Name,
            DisplayName = resource.DisplayName,
            ResourceType = resource.Type,
            Uid = resource.Uid,
            CreatedAt = Timestamp.FromDateTimeOffset(resource.CreatedAt ?? createdAtDefault),
            StartedAt = ToWire(resource.StartedAt),
            StoppedAt = ToWire(resource.StoppedAt),
            Urls = { resource.Urls.Select(ToWire) },
            Environment = { resource.Environment.Select(ToWire) },
            Properties = { resource.Properties.Select(ToWire) },
            HealthReports = { resource.HealthReports.Select(ToWire) },
            Commands = { resource.Commands.Select(ToWire) },
            Relationships = { resource.Relationships.Select(link => new ResourceRelationship { ResourceName = link.ResourceName, Type = link.Type }) },
        };
        if (resource.State is not null) wire.State = resource.State;
        if (resource.StateStyle is not null) wire.StateStyle = resource.StateStyle;
        if (resource.ExitCode is { } exitCode) wire.Properties.Add(new ResourceProperty { Name = "resource.exitCode", Value = Value.ForNumber(exitCode) });
        if (resource.ParentName is { } parent) wire.Properties.Add(new ResourceProperty { Name = "resource.parentName", Value = Value.ForString(parent) });
        return wire;
    }

    private static Timestamp? ToWire(DateTimeOffset? time) => time is { } known ? Timestamp.FromDateTimeOffset(known) : null;

    private static Url ToWire(DashboardUrl url, int order)
    {
        var wire = new Url
        {
            FullUrl = url.Url,
            IsInternal = url.IsInternal,
            IsInactive = url.IsInactive,
            DisplayProperties = new() { DisplayName = url.DisplayName ?? "", SortOrder = order },
        };
        if (url.Name is not null) wire.EndpointName = url.Name;
        return wire;
    }

    private static EnvironmentVariable ToWire(DashboardVariable variable)
    {
        var wire = new EnvironmentVariable { Name = variable.Name, IsFromSpec = variable.IsFromSpec };
        if (variable.Value is not null) wire.Value = variable.Value;
        return wire;
    }

    private static ResourceProperty ToWire(DashboardProperty property)
    {
        var wire = new ResourceProperty { Name = property.Name, Value = Value.ForString(property.Value), IsSensitive = property.IsSensitive };
        if (property.DisplayName is not null) wire.DisplayName = property.DisplayName;
        return wire;
    }

    private static HealthReport ToWire(DashboardHealthReport report)
    {
        var wire = new HealthReport { Key = report.Key, Description = report.Description ?? "", Exception = report.Exception ?? "" };
        if (report.Status is { } status) wire.Status = (HealthStatus)status;
        return wire;
    }

    private static ResourceCommand ToWire(DashboardCommand command)
    {
        var wire = new ResourceCommand
        {
            Name = command.Name, DisplayName = command.DisplayName, IsHighlighted = command.IsHighlighted, State = (ResourceCommandState)command.State,
        };
        if (command.Description is not null) wire.DisplayDescription = command.Description;
        if (command.ConfirmationMessage is not null) wire.ConfirmationMessage = command.ConfirmationMessage;
        if (command.IconName is not null) wire.IconName = command.IconName;
        return wire;
    }
}
