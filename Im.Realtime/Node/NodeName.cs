using System.Globalization;

namespace Im.Realtime.Node;

/// <summary>
/// What this node is called: <c>Im:Node:Name</c>; else its service's name and its replica's number, <c>realtime-1</c> for the <c>Im:Node:Index</c> 0
/// that the AppHost gives the first; else the machine and process.
/// </summary>
internal static class NodeName
{
    public static string Of(IConfiguration configuration) =>
        configuration["Im:Node:Name"] ?? OfReplica(configuration) ?? $"{Environment.MachineName}-{Environment.ProcessId}".ToLowerInvariant();

    private static string? OfReplica(IConfiguration configuration) =>
        int.TryParse(configuration["Im:Node:Index"], CultureInfo.InvariantCulture, out var index) && configuration["OTEL_SERVICE_NAME"] is { } service
            ? $"{service}-{index + 1}"
            : null;
}
