using System.Runtime.CompilerServices;
using Aspire.Containerless.Dashboard.Wire;
using Grpc.Core;
using Microsoft.Extensions.Hosting;

namespace Aspire.Containerless.Dashboard;

/// <summary>The dashboard's calls, answered from the feed. Streams end when the dashboard leaves or this process stops.</summary>
internal sealed class DashboardResourceService(IDashboardFeed feed, IHostApplicationLifetime lifetime, TimeProvider time)
    : DashboardService.DashboardServiceBase
{
    private const int MaxBatchSize = 500;

    private readonly DateTimeOffset _startedAt = time.GetUtcNow();

    public override Task<ApplicationInformationResponse> GetApplicationInformation(ApplicationInformationRequest request, ServerCallContext context) =>
        Task.FromResult(new ApplicationInformationResponse { ApplicationName = feed.ApplicationName, MinDashboardVersion = "13.5.0" });

    public override Task WatchResources(
        WatchResourcesRequest request, IServerStreamWriter<WatchResourcesUpdate> responseStream, ServerCallContext context) =>
        UntilEitherEndsAsync(context, async cancellationToken =>
        {
            var isFirst = true;
            await foreach (var batch in BatchesAsync(feed.WatchResourcesAsync(cancellationToken), cancellationToken))
            {
                await responseStream.WriteAsync(isFirst ? Initial(batch) : Changes(batch), cancellationToken);
                isFirst = false;
            }
        });

    public override Task WatchResourceConsoleLogs(
        WatchResourceConsoleLogsRequest request, IServerStreamWriter<WatchResourceConsoleLogsUpdate> responseStream, ServerCallContext context) =>
        UntilEitherEndsAsync(context, async cancellationToken =>
        {
            var lines = feed.WatchLogsAsync(request.ResourceName, !request.SuppressFollow, cancellationToken);
            await foreach (var batch in BatchesAsync(lines, cancellationToken))
                await responseStream.WriteAsync(new() { LogLines = { batch.Select(DashboardWire.ToWire) } }, cancellationToken);
        });

    public override async Task<ResourceCommandResponse> ExecuteResourceCommand(ResourceCommandRequest request, ServerCallContext context)
    {
        var result = await feed.ExecuteAsync(request.ResourceName, request.CommandName, context.CancellationToken);
        var response = new ResourceCommandResponse { Kind = result.Succeeded ? ResourceCommandResponseKind.Succeeded : ResourceCommandResponseKind.Failed };
        if (result.Error is not null) response.ErrorMessage = result.Error;
        return response;
    }

    /// <summary>Nothing is ever asked of the person, but a stream that ends makes the dashboard connect again and again.</summary>
    public override Task WatchInteractions(
        IAsyncStreamReader<InteractionRequest> requestStream, IServerStreamWriter<InteractionResponse> responseStream, ServerCallContext context) =>
        UntilEitherEndsAsync(context, async cancellationToken =>
        {
            await context.WriteResponseHeadersAsync([]); // Otherwise the dashboard takes the call for one that has not begun.
            await Task.Delay(Timeout.Infinite, cancellationToken);
        });

    private WatchResourcesUpdate Initial(IEnumerable<DashboardChange> batch) =>
        new() { InitialData = new() { Resources = { batch.Where(change => change.Upsert is not null).Select(change => change.Upsert!.ToWire(_startedAt)) } } };

    private WatchResourcesUpdate Changes(IEnumerable<DashboardChange> batch) =>
        new() { Changes = new() { Value = { batch.Select(change => change.ToWire(_startedAt)) } } };

    private async Task UntilEitherEndsAsync(ServerCallContext context, Func<CancellationToken, Task> stream)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        try
        {
            await stream(ended.Token);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The usual end.
        }
    }

    /// <summary>Whatever is there at once goes out together: a message an item would redraw the page an item at a time.</summary>
    private static async IAsyncEnumerable<List<T>> BatchesAsync<T>(
        IAsyncEnumerable<T> source, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var items = source.GetAsyncEnumerator(cancellationToken);
        var next = items.MoveNextAsync().AsTask();
        while (await next)
        {
            List<T> batch = [items.Current];
            for (next = items.MoveNextAsync().AsTask(); batch.Count < MaxBatchSize && next.IsCompletedSuccessfully && next.Result; next = items.MoveNextAsync().AsTask())
                batch.Add(items.Current);
            yield return batch;
        }
    }
}
