using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Im.AppHost.Orchestration;

internal static class OrchestrationExtensions
{
    /// <summary>A quick start, and an end that leaves nothing.</summary>
    public static void UseOrchestration(this IDistributedApplicationBuilder builder)
    {
        if (!builder.ExecutionContext.IsRunMode)
            return;
        // What a person needs is said by the resources, the dashboard's address among it; how DCP was started is in the way.
        builder.Services.AddLogging(logging => logging
            .AddFilter("Aspire.Hosting.Dcp", level => level >= LogLevel.Error && !Shutdown.IsUnderWay)
            .AddFilter("Microsoft.Extensions.Hosting", level => level >= LogLevel.Information && !Shutdown.IsUnderWay)
            .AddFilter("Microsoft.AspNetCore", LogLevel.Error)
            .AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None));
        DcpCertificate.Use(builder);
        Shutdown.Use(builder);
        OrphanWatch.Use(builder);
    }
}
