using System.Collections.Concurrent;
using System.Text.Json;
using Im.Client.Http;
using Im.Protocol;
using Microsoft.Extensions.Logging;

namespace Im.Client.Connections;

/// <summary>One connection from <c>ready</c> to its end: hands on what it receives, matches answers to questions, and ends itself when the node falls silent.</summary>
internal sealed class Link : IAsyncDisposable
{
    private readonly RawConnection _raw;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<string, TaskCompletionSource<ServerFrame?>> _asked = new();
    private readonly TaskCompletionSource<LinkEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<LinkEnd> _moving = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _ending = new();
    private readonly List<ServerFrame> _early = [];
    private long _heard, _heardAt;
    private string? _abortReason;

    private Link(RawConnection raw, HelloFrame hello, Credential credential, TimeProvider time, ILogger logger) =>
        (_raw, Hello, Credential, _time, _logger, _heardAt) = (raw, hello, credential, time, logger, time.GetTimestamp());

    public HelloFrame Hello { get; }

    public ReadyFrame Ready { get; private set; } = null!;

    /// <summary>The session this connection is: what it was opened or last authenticated with.</summary>
    public Credential Credential { get; set; }

    public Task<LinkEnd> Ended => _ended.Task;

    /// <summary>Completes when the node asks to leave, or <see cref="Leave"/> does; the connection goes on meanwhile.</summary>
    public Task<LinkEnd> Moving => _moving.Task;

    /// <summary>It came straight to the node.</summary>
    public bool IsDirect { get; private init; }

    /// <summary>Opens a connection and waits for <c>ready</c>.</summary>
    /// <param name="ticket">In place of the credential, which the node does not see.</param>
    /// <exception cref="ImException"/>
    public static async Task<Link> OpenAsync(Uri address, Credential credential, TimeProvider time, ILogger logger, CancellationToken cancellationToken, string? ticket = null)
    {
        var raw = await RawConnection.OpenAsync(address, configure: options =>
        {
            if (ticket is not null)
                options.AddSubProtocol(ProtocolLimits.TicketSubProtocol + ticket); // and nothing that would open more than this one door
            else if (!credential.IsNone)
                options.SetRequestHeader(credential.Header, credential.Value);
        }, cancellationToken: cancellationToken);
        try
        {
            if (await raw.ReceiveAsync(cancellationToken) is not HelloFrame { Protocol: ProtocolLimits.Version } hello)
                throw new ImException(ImCodes.BadAnswer, $"{address} did not begin with a hello of protocol {ProtocolLimits.Version}.");
            var link = new Link(raw, hello, credential, time, logger) { IsDirect = ticket is not null };
            while (await raw.ReceiveAsync(cancellationToken) is { } frame)
            {
                if (frame is ReadyFrame ready)
                {
                    link.Ready = ready;
                    return link;
                }
                link._early.Add(frame);
            }
            throw new ImException(ImCodes.Disconnected, $"Closed with {raw.CloseCode} {raw.CloseReason} before ready.") { CloseCode = raw.CloseCode };
        }
        catch
        {
            await raw.DisposeAsync();
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
    }

    /// <summary>Begins to receive. What came before <c>ready</c> comes first.</summary>
    public void Start(Action<Link, ServerFrame> handle)
    {
        _ = ReceiveAsync(handle); // ends in Ended, whatever happens
        _ = new SilenceWatch(this, _time, TimeSpan.FromSeconds(Hello.PingSeconds)).RunAsync(_ending.Token);
    }

    public Task SendAsync(ClientFrame frame) => _raw.SendAsync(frame);

    /// <summary>Sends a frame and waits for the answer with its id: null when none came in time or the connection ended, and nobody knows what became of it.</summary>
    public async Task<ServerFrame?> AskAsync(ClientFrame frame, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<ServerFrame?>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_asked.TryAdd(frame.Id!, answer))
            throw new ImException(ErrorCodes.BadFrame, "A frame with this id is already waiting for its answer.");
        try
        {
            if (Ended.IsCompleted)
                return null;
            await _raw.SendAsync(frame);
            return await answer.Task.WaitAsync(timeout, _time, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or ImException { Code: ImCodes.Disconnected })
        {
            return null;
        }
        finally
        {
            _asked.TryRemove(frame.Id!, out _);
            answer.TrySetResult(null);
        }
    }

    /// <summary>Leaves in order: what was asked is still answered, within <paramref name="patience"/> and unless <paramref name="hurry"/> is cancelled.</summary>
    public async Task RetireAsync(TimeSpan patience, CancellationToken hurry)
    {
        await Task.WhenAny(Task.WhenAll(_asked.Values.Select(a => a.Task)), Ended, Task.Delay(patience, _time, hurry));
        await DisposeAsync();
    }

    /// <summary>Frames received so far.</summary>
    public long Heard => Volatile.Read(ref _heard);

    public TimeSpan SilentFor => _time.GetElapsedTime(Volatile.Read(ref _heardAt));

    /// <summary>Asks for another connection in place of this one.</summary>
    public void Leave(string reason) => _moving.TrySetResult(new(null, reason, Move: TimeSpan.Zero));

    public void Abort(string reason)
    {
        _abortReason = reason;
        _raw.Abort();
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAny(CloseAsync(), Task.Delay(TimeSpan.FromSeconds(1))); // by the real clock: a node that takes or answers nothing must not keep us, whatever time the tests pretend
        Abort("closed by this client");
        await Ended;
    }

    private async Task CloseAsync()
    {
        await _raw.CloseAsync();
        await Ended;
    }

    // A frame that cannot be read is skipped: if it was an event, the hole it leaves is mended. Anything else that fails ends the connection.
    private async Task ReceiveAsync(Action<Link, ServerFrame> handle)
    {
        try
        {
            foreach (var frame in _early)
                Dispatch(frame, handle);
            while (_raw.CloseCode is null)
            {
                try
                {
                    if (await _raw.ReceiveAsync() is { } frame)
                        Dispatch(frame, handle);
                }
                catch (JsonException e)
                {
                    ClientLog.UnreadableFrame(_logger, e.Message);
                }
            }
        }
        catch (Exception e)
        {
            ClientLog.ReceiveFailed(_logger, e);
            Abort("receiving failed");
        }
        finally
        {
            _ended.TrySetResult(new(_raw.CloseCode, _abortReason ?? _raw.CloseReason ?? ""));
            foreach (var (_, answer) in _asked)
                answer.TrySetResult(null);
            await _ending.CancelAsync();
            await _raw.DisposeAsync();
        }
    }

    private void Dispatch(ServerFrame frame, Action<Link, ServerFrame> handle)
    {
        Volatile.Write(ref _heardAt, _time.GetTimestamp());
        Interlocked.Increment(ref _heard);
        handle(this, frame);
        if (frame is MoveFrame move)
            _moving.TrySetResult(new(null, "the node is about to stop", Move: TimeSpan.FromMilliseconds(move.WithinMs)));
        var isAnswer = frame is AckFrame or ErrorFrame or LinesFrame or EventsFrame or ConversationListFrame or PeopleFrame or SessionFrame or PongFrame;
        if (isAnswer && frame.Id is { } id && _asked.TryRemove(id, out var answer))
            answer.TrySetResult(frame);
    }
}
