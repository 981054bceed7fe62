namespace Aspire.Npgsql.EntityFrameworkCore.PostgreSQL;

/// <summary>
/// How a context connects to Postgres: configuration section <c>Aspire:Npgsql:EntityFrameworkCore:PostgreSQL</c>,
/// then <c>…:{connectionName}</c>, then <c>…:{context type's name}</c>.
/// </summary>
public class NpgsqlEntityFrameworkCorePostgreSQLSettings
{
    /// <summary>Npgsql's form. <c>ConnectionStrings:{connectionName}</c> overrides it.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>True runs each statement once; false (the default) again after failures that pass.</summary>
    public bool DisableRetry { get; set; }

    public bool DisableHealthChecks { get; set; }

    public bool DisableTracing { get; set; }

    public bool DisableMetrics { get; set; }

    /// <summary>Seconds a statement may take; null for Npgsql's default of 30.</summary>
    public int? CommandTimeout { get; set; }
}
