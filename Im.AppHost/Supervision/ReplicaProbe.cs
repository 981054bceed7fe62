namespace Im.AppHost.Supervision;

/// <summary>Asks a replica of a project how it is, at its own address.</summary>
/// <param name="run">Names this run of the AppHost.</param>
internal sealed class ReplicaProbe(string run)
{
    /// <summary>What a service answers in the header <c>X-Health-Of</c> of <c>/health</c>.</summary>
    public const string Variable = "Health__Of";

    private const string Header = "X-Health-Of";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = TimeSpan.FromMinutes(1) });

    public string Run => run;

    public static string Expected(IResource resource, string run) => $"{resource.Name}/{run}";

    /// <summary>Null, or one sentence.</summary>
    public async Task<string?> FindFaultAsync(Replica replica, CancellationToken cancellationToken)
    {
        if (replica.Address is not { } address)
            return "It has no address yet.";
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            using var answer = await _http.GetAsync(new Uri(address, "/health"), limit.Token);
            var of = answer.Headers.TryGetValues(Header, out var values) ? values.First() : "another program";
            return of != Expected(replica.Resource, run) ? $"{address.Authority} is answered by {of}."
                : answer.IsSuccessStatusCode ? null
                : $"/health says {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(limit.Token)}.";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"No answer within {Limit.TotalSeconds:0} s.";
        }
        catch (HttpRequestException failure)
        {
            return failure.Message;
        }
    }
}
