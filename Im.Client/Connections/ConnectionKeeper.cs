using Im.Protocol;
using Microsoft.Extensions.Logging;

namespace Im.Client.Connections;

/// <summary>Keeps one connection open: opens it, replaces it when it ends or is asked to move (the new one before the old one is left), and gives up where the close code says so.</summary>
internal sealed class ConnectionKeeper(IConnectionOwner owner, ImClientOptions options, Jitter jitter, ILogger logger)
{
    private static readonly TimeSpan Stable = TimeSpan.FromSeconds(10), Quick = TimeSpan.FromSeconds(4), Farewell = TimeSpan.FromSeconds(5);

    // A dead server behind a proxy or an orchestrator accepts and says nothing: the next try goes to another one. A server that is only slow is given all the time from the third on.
    private const int QuickAttempts = 2;

    private readonly TimeProvider _time = options.TimeProvider;
    private readonly ReconnectPolicy _policy = new(jitter);
    private readonly DirectWay _direct = new(owner, options, logger);
    private readonly Uri _address = RawConnection.AddressOf(options.NodeAddress ?? options.BaseAddress, options.Node);
    private readonly Lock _lock = new(); // held while a change is announced: changes are seen one by one, in order
    private TaskCompletionSource<Link> _ready = Failed(new(null, "ConnectAsync was not called."));
    private CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private Task _retiring = Task.CompletedTask;
    private Link? _current;
    private string _lastFailure = "no answer yet";
    private string? _gone; // the node that goes, or went without a word: another one is asked for next

    public ConnectionState State { get; private set; }

    public Link? Current => _current is { Ended.IsCompleted: false } link ? link : null;

    /// <summary>The current connection; while there is none but one is being opened, waits for it.</summary>
    /// <exception cref="ImException"><see cref="ImCodes.Closed"/></exception>
    public Task<Link> WhenReadyAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_current is { Ended.IsCompletedSuccessfully: true } ended)
                Lose(ended, ended.Ended.Result);
            return _ready.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Begins to keep a connection, unless one is kept already, and returns when it is ready.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (State == ConnectionState.Closed)
            await _running; // the last one may still be on its way out
        lock (_lock)
        {
            if (State == ConnectionState.Closed)
            {
                (_stop, _ready) = (new(), NewReady());
                Announce(new(ConnectionState.Connecting));
                _running = Task.Run(() => RunAsync(_stop.Token), CancellationToken.None);
            }
        }
        try
        {
            await WhenReadyAsync(cancellationToken);
        }
        catch (OperationCanceledException e)
        {
            await StopAsync();
            throw new OperationCanceledException($"Gave up connecting to {_address}: {_lastFailure}", e, cancellationToken);
        }
    }

    /// <summary>Closes the connection with 1000 and keeps none any more.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    // The client's life on the network. What fails in it ends in Closed with the reason, never silently.
    private async Task RunAsync(CancellationToken stop)
    {
        LinkEnd end;
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                var startedAt = _time.GetTimestamp();
                end = await UseOneAsync(attempt <= QuickAttempts && options.ConnectTimeout > Quick ? Quick : options.ConnectTimeout, stop);
                if (_time.GetElapsedTime(startedAt) > Stable)
                    attempt = 1;
                if (_policy.DelayAfter(end, attempt) is not { } delay)
                    break;
                ClientLog.ConnectingAgain(logger, _lastFailure = end.Reason, end.CloseCode, delay.TotalMilliseconds, attempt);
                await Task.Delay(delay, _time, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            end = new(1000, "closed by this client");
        }
        catch (Exception e)
        {
            ClientLog.KeeperFailed(logger, e);
            end = new(null, $"the client failed: {e.Message}");
        }
        await FinishAsync(end);
    }

    /// <summary>Opens a connection and returns when it has ended, or is to be replaced, or could not be opened.</summary>
    private async Task<LinkEnd> UseOneAsync(TimeSpan within, CancellationToken stop)
    {
        using var timeout = new CancellationTokenSource(within, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, timeout.Token);
        Link link;
        try
        {
            await owner.PrepareAsync(either.Token);
            if (await _direct.TryOpenAsync(options.Node == _gone ? null : options.Node, _gone, stop) is not { } direct)
            {
                timeout.CancelAfter(within);
                direct = await Link.OpenAsync(_address, owner.Credential, _time, logger, either.Token);
            }
            link = direct;
        }
        catch (ImException e) when (e.StatusCode == 401 && owner.Credential.IsBearer)
        {
            return new(e.CloseCode, "the bearer token is worth nothing any more", IsFinal: true, Code: ProblemCodes.NotLoggedIn);
        }
        catch (ImException e)
        {
            return new(e.CloseCode, e.Message, IsFinal: e.StatusCode == 403);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return new(null, $"not ready within {within.TotalSeconds} s");
        }
        return await UseAsync(link, stop);
    }

    /// <summary>Where a node could not be reached without the gateway, that is tried again now and then; the node stays the same.</summary>
    private async Task<LinkEnd> UseAsync(Link link, CancellationToken stop)
    {
        Use(link);
        while (true)
        {
            var end = Task.WhenAny(WhenLostAsync(link), link.Moving);
            if (_direct.OpenAgainIn is { } pause && !link.IsDirect && await Task.WhenAny(end, Task.Delay(pause, _time, stop)) != end)
            {
                stop.ThrowIfCancellationRequested();
                if (await _direct.TryOpenAsync(link.Hello.Node, null, stop) is { } better)
                    Use(link = better);
                continue;
            }
            var how = await await end.WaitAsync(stop);
            if (how.Move > TimeSpan.Zero || how.CloseCode is 1012 || how.CloseCode is 1006 && link.Hello.Node != options.Node) // one that was asked for may be there after all
                _gone = link.Hello.Node;
            return how;
        }
    }

    private void Use(Link link)
    {
        lock (_lock)
        {
            _gone = null;
            if (_ready.Task.IsCompleted)
                _ready = NewReady(); // what is asked from here on is asked on the new connection
            owner.OnReady(link);
            if (_current is { } previous)
                _retiring = Task.WhenAll(_retiring, previous.RetireAsync(Farewell, _stop.Token));
            _current = link;
            Announce(new(ConnectionState.Ready, link.Hello.Node));
            _ready.SetResult(link);
        }
        link.Start(owner.OnFrame);
    }

    private async Task<LinkEnd> WhenLostAsync(Link link)
    {
        var end = await link.Ended;
        lock (_lock)
            Lose(link, end);
        return end;
    }

    private void Lose(Link link, LinkEnd end)
    {
        if (_current != link)
            return; // replaced, or closed by us
        (_current, _ready) = (null, NewReady());
        Announce(new(ConnectionState.Reconnecting, null, end.CloseCode, end.Reason));
    }

    private async Task FinishAsync(LinkEnd end)
    {
        Link? last;
        lock (_lock)
        {
            (last, _current) = (_current, null);
            var failed = Failed(end);
            _ready.TrySetException(failed.Task.Exception!.InnerExceptions);
            _ = _ready.Task.Exception;
            _ready = failed;
            Announce(new(ConnectionState.Closed, null, end.CloseCode, end.Reason, end.Code));
        }
        if (last is not null)
            await last.DisposeAsync();
        await _retiring;
    }

    private void Announce(ConnectionChange change)
    {
        State = change.State;
        owner.OnChange(change);
    }

    private static TaskCompletionSource<Link> NewReady() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static TaskCompletionSource<Link> Failed(LinkEnd end)
    {
        var failed = NewReady();
        failed.SetException(new ImException(end.Code ?? ImCodes.Closed, $"Not connected: {end.Reason}") { CloseCode = end.CloseCode });
        _ = failed.Task.Exception; // nobody need be waiting
        return failed;
    }
}
