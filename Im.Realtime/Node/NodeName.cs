namespace Im.Realtime.Node;

/// <summary>
/// What this node is called: <c>Im:Node:Name</c>, else what its traces call it (service name and instance id, as Aspire gives them to a replica), so that
/// the page, the dashboard and the traces agree; else the machine and process.
/// </summary>
internal static class NodeName
{
    public static string Of(IConfiguration configuration) =>
        configuration["Im:Node:Name"] ?? FromTelemetry(configuration) ?? $"{Environment.MachineName}-{Environment.ProcessId}".ToLowerInvariant();

    private static string? FromTelemetry(IConfiguration configuration)
    {
        const string Instance = "service.instance.id=";
        var instance = configuration["OTEL_RESOURCE_ATTRIBUTES"]?.Split(',').FirstOrDefault(a => a.StartsWith(Instance, StringComparison.Ordinal))?[Instance.Length..];
        return instance is null || configuration["OTEL_SERVICE_NAME"] is not { } service ? null : $"{service}-{instance}";
    }
}
