using Im.Client.Requests;
using Im.Protocol;
using Microsoft.Extensions.Logging;

namespace Im.Client.Events;

/// <summary>Mends holes: waits a moment for what is merely late, then asks for it page by page, conversations in turn, until nothing is missing.</summary>
internal sealed class Mender(Inbox inbox, RequestSender requests, ImClientOptions options, ILogger logger)
{
    private const int AtOnce = 4;

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _time = options.TimeProvider;

    /// <summary>Runs until cancelled. What fails in one conversation is logged and tried again there; the others do not notice.</summary>
    public Task RunAsync(CancellationToken stop) => Parallel.ForEachAsync(
        inbox.Broken.ReadAllAsync(stop), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stop }, async (broken, token) => await MendAsync(broken.Stream, broken.IsFresh, token));

    private async Task MendAsync(ConversationStream stream, bool isFresh, CancellationToken stop)
    {
        if (isFresh)
            await Task.Delay(options.HoleGrace, _time, stop);
        for (var failures = 0; !inbox.IsStale(stream);)
        {
            while (await inbox.HandOnHeldAsync(stream, stop)) { }
            if (inbox.TryFinishMending(stream))
                return;
            var before = stream.Cursor;
            try
            {
                await ReadPageAsync(stream, stop);
                if (stream.Cursor > before || stream.IsComplete)
                {
                    inbox.TakeTurns(stream);
                    return;
                }
                await PauseAsync(stream, "not_there_yet", ++failures, stop);
            }
            catch (ImException e) when (e.Code is ImCodes.Closed or ErrorCodes.NotFound or ErrorCodes.NotLoggedIn)
            {
                inbox.AbandonMending(stream); // for now, or for this user: what comes next in it begins anew
                return;
            }
            catch (ImException e)
            {
                await PauseAsync(stream, e.Code, ++failures, stop);
            }
        }
    }

    private async Task ReadPageAsync(ConversationStream stream, CancellationToken stop)
    {
        var request = new EventsRequest { Id = requests.NewId(), Conversation = stream.Conversation, After = inbox.ReadAfter(stream), Limit = ProtocolLimits.MaxPageMessages };
        await inbox.HandOnAsync(stream, request.After, await requests.AskAsync<EventsFrame>(request, stop), stop);
    }

    private Task PauseAsync(ConversationStream stream, string code, int failures, CancellationToken stop)
    {
        ClientLog.MendingFailed(logger, stream.Conversation, stream.Cursor, code);
        var pause = TimeSpan.FromSeconds(0.25 * Math.Pow(2, Math.Min(failures, 6)));
        return Task.Delay(pause < LongestPause ? pause : LongestPause, _time, stop);
    }
}
