using System.Diagnostics;
using Im.Core.Data;
using Im.Core.Files;
using Im.Core.Kinds;
using Im.Core.Rounds;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Im.Core.Messages;

/// <summary>
/// The one writer of a node: group commit. While a batch commits the next one gathers in the queue, so batches are as large as the load makes them and a lone message waits
/// for nobody. When the database is away, the batch and all who wait fail together at once: their senders' retry, with the same ids, is the queue then.
/// On stopping, what is queued is still committed.
/// </summary>
internal sealed partial class MessageWriter(ImDataSource data, IOptions<MessageWriterOptions> options, IOptions<FileStoreOptions> files, TimeProvider time, ILogger<MessageWriter> logger) : BackgroundService
{
    private const int MaxAttempts = 5;

    /// <summary>Of what is completed in one <see cref="Round"/>: it waits in a receiver's outbox before anything of it is written.</summary>
    private const int MaxRoundBytes = 64 * 1024;

    private static readonly NewEvent ToNobody = new(default, new(Guid.Empty, ""), Guid.Empty, "", EventKinds.Text, new(EventKinds.Text.ContentOf(""), null, null), 0, "");

    private readonly int _maxBatch = options.Value.MaxBatchMessages;
    private readonly AppendQueue _queue = new(options.Value.MaxQueuedMessages);
    private AppendStatement? _statement;
    private Task _completing = Task.CompletedTask;

    /// <summary>False when the queue has no room for this conversation or the writer has stopped.</summary>
    public bool TryEnqueue(PendingAppend append)
    {
        if (!_queue.TryEnqueue(append))
        {
            MessageMetrics.Refused.Add(1);
            return false;
        }
        MessageMetrics.Queued.Add(1);
        return true;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Activity.Current = null;
        await WarmUpAsync();
        while (await _queue.WaitAsync())
            await CommitAsync(TakeQueued(_maxBatch));
        await _completing;
        await CloseAsync();
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _queue.Complete();
        if (ExecuteTask is { } running)
            await running.WaitAsync(cancellationToken);
        await base.StopAsync(cancellationToken);
    }

    // A message to nobody, which neither statement stores: the first one then waits for no connection, no preparation and no compiler. A failure is the first message's to tell.
    private async Task WarmUpAsync()
    {
        try
        {
            _statement = await AppendStatement.OpenAsync(data.Source, files.Value.ConversationBytes);
            await _statement.ExecuteAsync([new(ToNobody, null)]);
        }
        catch (Exception)
        {
            await CloseAsync();
        }
    }

    /// <summary>Completes every append of the batch, one way or the other; never throws.</summary>
    private async Task CommitAsync(List<PendingAppend> batch)
    {
        using var span = MessageSpans.StartBatch(batch);
        for (var attempt = 1; ; attempt++)
        {
            var isFreshConnection = _statement is null;
            try
            {
                if (_statement is { IsOutdated: true })
                    await CloseAsync();
                _statement ??= await AppendStatement.OpenAsync(data.Source, files.Value.ConversationBytes);
                var started = time.GetTimestamp();
                var results = await _statement.ExecuteAsync(batch, isNew: attempt == 1);
                MessageMetrics.CommitDuration.Record(time.GetElapsedTime(started).TotalSeconds);
                MessageMetrics.BatchSize.Record(batch.Count);
                span?.Dispose(); // what follows may run right here
                _completing = CompleteAsync(_completing, batch, results);
                return;
            }
            catch (Exception exception)
            {
                var failure = PostgresFailures.Classify(exception);
                if (failure == PostgresFailure.Conflict && attempt < MaxAttempts)
                    continue;
                await CloseAsync();
                if (failure == PostgresFailure.Away && !isFreshConnection)
                {
                    // Only this connection may have died, perhaps long ago. Ids make a second try safe even where the first one was committed.
                    batch.ForEach(append => append.OutcomeUnknown = true);
                    continue;
                }
                span?.SetStatus(ActivityStatusCode.Error, failure.ToString());
                if (failure is PostgresFailure.BadData or PostgresFailure.Unexpected && batch.Count > 1)
                {
                    // One message that cannot be stored does not take the others with it: halves, and halves of halves, until it is alone.
                    await CommitAsync(batch[..(batch.Count / 2)]);
                    await CommitAsync(batch[(batch.Count / 2)..]);
                    return;
                }
                LogFailed(exception, batch.Count, failure);
                Fail(batch, failure, exception);
                if (failure is PostgresFailure.Away or PostgresFailure.TimedOut)
                    Fail(TakeQueued(int.MaxValue), failure, exception);
                return;
            }
        }
    }

    // After the batch before it, in the order of the sequences; and beside the next one's commit where one waits for it.
    private async Task CompleteAsync(Task before, List<PendingAppend> batch, AppendResult?[] results)
    {
        if (_queue.Count > 0)
            await before.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        else
            await before;
        for (var index = 0; index < results.Length;)
        {
            var (first, bytes) = (index, 0);
            while (index < results.Length && bytes < MaxRoundBytes)
                bytes += batch[index++].Event.Content.Content.Utf8.Length;
            Round.Run((batch, results, first, End: index), static round =>
            {
                for (var done = round.first; done < round.End; done++)
                    Complete(round.batch[done], round.results[done]);
            });
        }
    }

    private static void Complete(PendingAppend append, AppendResult? result)
    {
        if (result is null)
            append.TrySetException(new MessageRejectedException());
        else
            append.TrySetResult(append.OutcomeUnknown ? result with { Duplicate = false } : result);
    }

    private static void Fail(List<PendingAppend> batch, PostgresFailure failure, Exception exception)
    {
        MessageMetrics.Failed.Add(batch.Count);
        foreach (var append in batch)
        {
            append.TrySetException(failure switch
            {
                PostgresFailure.Away or PostgresFailure.TimedOut => new StoreUnavailableException(exception),
                PostgresFailure.BadData => new MessageRejectedException(exception),
                _ => exception,
            });
        }
    }

    private List<PendingAppend> TakeQueued(int max)
    {
        var taken = _queue.Take(max);
        MessageMetrics.Queued.Add(-taken.Count);
        return taken;
    }

    private async Task CloseAsync()
    {
        if (_statement is { } statement)
        {
            _statement = null;
            await statement.DisposeAsync();
        }
    }

    [LoggerMessage(1100, LogLevel.Warning, "A batch of {Messages} messages was not committed: {Failure}")]
    private partial void LogFailed(Exception exception, int messages, PostgresFailure failure);
}
