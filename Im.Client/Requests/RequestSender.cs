using Im.Client.Connections;
using Im.Client.Sessions;
using Im.Protocol;

namespace Im.Client.Requests;

/// <summary>Asks until there is an answer that lasts: again with the same id after a lost connection, an answer that did not come, and an error that passes.</summary>
internal sealed class RequestSender(ConnectionKeeper keeper, SessionState session, ImClientOptions options, Jitter jitter)
{
    private const int MaxInternalErrors = 5;

    private static readonly TimeSpan LongestJitter = TimeSpan.FromMilliseconds(250);

    private readonly TimeProvider _time = options.TimeProvider;
    private readonly SendPace _sends = new(options.TimeProvider);
    private long _lastId;

    public string NewId() => $"r{Interlocked.Increment(ref _lastId)}";

    /// <summary>A question; fails with <see cref="ImCodes.Timeout"/> after <see cref="ImClientOptions.RequestTimeout"/>.</summary>
    public async Task<T> AskAsync<T>(ClientFrame frame, CancellationToken cancellationToken) where T : ServerFrame
    {
        using var timeout = new CancellationTokenSource(options.RequestTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            return await InsistAsync<T>(frame, session.User, waitForAsker: false, either.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ImException(ImCodes.Timeout, $"No answer within {options.RequestTimeout.TotalSeconds} s.");
        }
    }

    /// <summary>Asks as long as it takes.</summary>
    /// <param name="asker">Who asks: it is not asked in another user's name. Null for a guest, who may log in meanwhile.</param>
    /// <param name="waitForAsker">Whether to wait for the asker where nobody logged out, but the session was lost.</param>
    /// <exception cref="ImException">A final error; or <see cref="ErrorCodes.NotLoggedIn"/>: the user on whose behalf this is has gone.</exception>
    public async Task<T> InsistAsync<T>(ClientFrame frame, UserInfo? asker, bool waitForAsker, CancellationToken cancellationToken) where T : ServerFrame
    {
        for (var internalErrors = 0; ;)
        {
            using var turn = frame is PostFrame ? await _sends.EnterAsync(cancellationToken) : null; // first: who is asked, and in whose name, is looked at after the wait
            var link = await keeper.WhenReadyAsync(cancellationToken);
            var changed = session.Changed;
            if (asker is not null && session.User?.Id != asker.Id)
            {
                if (!waitForAsker || session.User is not null || session.IsLoggedOut)
                    throw new ImException(ErrorCodes.NotLoggedIn, $"{asker.Nickname} is no longer logged in.");
                await changed.WaitAsync(cancellationToken);
                continue;
            }
            switch (await link.AskAsync(frame, options.AnswerTimeout, cancellationToken))
            {
                case T answer:
                    return answer;
                case ErrorFrame error when IsPassing(error) && (error.Code != ErrorCodes.Internal || ++internalErrors < MaxInternalErrors):
                    if (frame is PostFrame)
                        _sends.Pause(DelayOf(error));
                    else
                        await Task.Delay(DelayOf(error), _time, cancellationToken);
                    break;
                case ErrorFrame error:
                    throw new ImException(error.Code, error.Message);
                case null:
                    break; // nobody knows what became of it: again, with the same id
                case { } other:
                    throw new ImException(ImCodes.BadAnswer, $"{frame.GetType().Name} was answered by {other.GetType().Name}.");
            }
        }
    }

    private static bool IsPassing(ErrorFrame error) =>
        error.RetryAfterMs is not null || error.Code is ErrorCodes.Busy or ErrorCodes.SlowDown or ErrorCodes.Unavailable or ErrorCodes.Internal;

    // A moment later than asked for, so that those who were refused together do not come back together.
    private TimeSpan DelayOf(ErrorFrame error)
    {
        var asked = TimeSpan.FromMilliseconds(error.RetryAfterMs ?? 1_000);
        return asked + jitter.UpTo(asked < LongestJitter * 4 ? asked / 4 : LongestJitter);
    }
}
