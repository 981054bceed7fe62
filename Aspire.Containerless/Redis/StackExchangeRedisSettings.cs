namespace Aspire.StackExchange.Redis;

/// <summary>How an application connects to Redis: configuration section <c>Aspire:StackExchange:Redis</c>, then <c>…:{connectionName}</c>.</summary>
public sealed class StackExchangeRedisSettings
{
    /// <summary>StackExchange.Redis' comma-separated form. <c>ConnectionStrings:{connectionName}</c> overrides it.</summary>
    public string? ConnectionString { get; set; }

    public bool DisableHealthChecks { get; set; }

    public bool DisableTracing { get; set; }

    /// <summary>True (the default) connects at first use; false when the application starts.</summary>
    public bool DisableAutoActivation { get; set; } = true;
}
