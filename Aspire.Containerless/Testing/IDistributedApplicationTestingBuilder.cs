namespace Aspire.Hosting.Testing;

/// <summary>An application under test, before it is built: resources can be added and taken away.</summary>
public interface IDistributedApplicationTestingBuilder : IDistributedApplicationBuilder, IAsyncDisposable, IDisposable
{
    /// <summary>Ends the AppHost's own description and builds. Disposing the application ends everything.</summary>
    Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken = default);
}
