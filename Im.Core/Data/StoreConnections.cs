using Npgsql;

namespace Im.Core.Data;

/// <summary>What holds for every connection to the database, whoever opens it.</summary>
internal static class StoreConnections
{
    /// <summary>With several hosts: how long one that was away is left alone. Npgsql's default of 10 s is what a promotion would cost.</summary>
    private const int HostRecheckSeconds = 1;

    /// <summary>Spans, the rules for several hosts, and the <see cref="TimelineFence"/>.</summary>
    /// <exception cref="InvalidOperationException">The connection string names several hosts, and does not say that the primary among them is wanted.</exception>
    public static NpgsqlDataSourceBuilder ConfigureStore(this NpgsqlDataSourceBuilder builder, ITimelineMemory? memory = null)
    {
        builder.ConfigureSpans().ConfigureHosts(primary: true);
        // A commit that waits for a standby, and is cancelled, is reported as done. Without time for a cancellation, a statement that takes too long fails instead.
        builder.ConnectionStringBuilder.CancellationTimeout = -1;
        return builder.UsePhysicalConnectionInitializer(
            connection => TimelineFence.OfProcess.EnterAsync(connection, memory).GetAwaiter().GetResult(),
            connection => TimelineFence.OfProcess.EnterAsync(connection, memory));
    }

    /// <param name="primary">Whether it is for the primary alone.</param>
    public static NpgsqlDataSourceBuilder ConfigureHosts(this NpgsqlDataSourceBuilder builder, bool primary)
    {
        var settings = builder.ConnectionStringBuilder;
        if (settings.Host?.Contains(',', StringComparison.Ordinal) != true)
            return builder;
        if (primary && !"primary".Equals(settings.TargetSessionAttributes, StringComparison.OrdinalIgnoreCase))
            throw new InvalidOperationException("The connection string of the database names several hosts: add \"Target Session Attributes=primary\" to it, or a standby may be written to.");
        if (!settings.ShouldSerialize("Host Recheck Seconds"))
            settings.HostRecheckSeconds = HostRecheckSeconds;
        return builder;
    }
}
