using Microsoft.Extensions.Configuration;
using Npgsql;

namespace Im.AppHost.Orchestration;

/// <summary>What is wrong with the arguments or the machine, in one sentence and before anything starts.</summary>
internal static class Mistakes
{
    private const int MostReplicas = 32;

    /// <summary>Null when there is none.</summary>
    public static string? FindMistake(this IDistributedApplicationBuilder builder, int webPort, int replicas)
    {
        var configuration = builder.Configuration;
        return replicas is < 1 or > MostReplicas ? $"--Replicas is {replicas}; it is from 1 to {MostReplicas}."
            : configuration[ServersExtensions.Argument]?.ToLowerInvariant() is not (null or "embedded" or "containers") ? $"--Servers is '{configuration[ServersExtensions.Argument]}'; it is 'embedded' or 'containers'."
            : configuration.GetConnectionString("redis") is null != configuration.GetConnectionString("im") is null ? "Give both --ConnectionStrings:redis and --ConnectionStrings:im, or neither."
            : HasHostsWithoutTarget(configuration.GetConnectionString("im")) ? "--ConnectionStrings:im names several hosts: add \"Target Session Attributes=primary\" to it."
            : Ports.FindBusy(builder, webPort);
    }

    // A string that is not one is left to those who connect.
    private static bool HasHostsWithoutTarget(string? connectionString)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(connectionString) is { Host: { } hosts, TargetSessionAttributes: var wanted } && hosts.Contains(',') && !"primary".Equals(wanted, StringComparison.OrdinalIgnoreCase);
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <returns>The exit code.</returns>
    public static int Say(string mistake)
    {
        Console.Error.WriteLine(mistake);
        return 1;
    }
}
