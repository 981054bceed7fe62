namespace Aspire.Hosting;

/// <summary>How an application is described and run.</summary>
public sealed class DistributedApplicationOptions
{
    public string[]? Args { get; set; }

    /// <summary>Of the AppHost; null: the program that runs.</summary>
    public string? AssemblyName { get; set; }

    /// <summary>Tests have none unless they ask for it.</summary>
    public bool DisableDashboard { get; set; }

    /// <summary>The dashboard's title; null: the AppHost's name.</summary>
    public string? DashboardApplicationName { get; set; }

    /// <summary>Null: the folder of the AppHost's project, where it still exists.</summary>
    public string? ProjectDirectory { get; set; }

    /// <summary>Containerless listens on loopback only, and there without TLS: this changes nothing.</summary>
    public bool AllowUnsecuredTransport { get; set; }
}
