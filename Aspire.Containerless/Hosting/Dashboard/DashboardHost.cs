namespace Aspire.Containerless.Dashboard;

/// <param name="Port">TCP port on 127.0.0.1; 0 for a free one.</param>
/// <param name="ApiKey">Asked of the dashboard with every call; null for a random one.</param>
internal sealed record DashboardOptions(int Port = 0, string? ApiKey = null);

/// <summary>Serves the resource list to the dashboard: gRPC <c>aspire.v1.DashboardService</c>, h2c on loopback.</summary>
internal sealed class DashboardHost : IAsyncDisposable
{
    public string ResourceServiceUrl => throw new NotImplementedException();
    public string ApiKey => throw new NotImplementedException();

    public static Task<DashboardHost> StartAsync(IDashboardFeed feed, DashboardOptions options, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
