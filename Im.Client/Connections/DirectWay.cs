using Microsoft.Extensions.Logging;

namespace Im.Client.Connections;

/// <summary>The way to a node without the gateway: asked for before each connection, and left alone for a while when it led nowhere, each time for longer.</summary>
internal sealed class DirectWay(IConnectionOwner owner, ImClientOptions options, ILogger logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMinutes(1), LongestPause = TimeSpan.FromHours(1);

    /// <summary>From the question to <c>ready</c>. There is another way, so nobody waits long.</summary>
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(4);

    private readonly TimeProvider _time = options.TimeProvider;
    private TimeSpan _pause = FirstPause;
    private DateTimeOffset? _openAgainAt;

    /// <summary>It led nowhere the last time, and is to be tried again then, which may be now; null: there is nothing to try again.</summary>
    public TimeSpan? OpenAgainIn => _openAgainAt - _time.GetUtcNow() is { } wait ? TimeSpan.FromTicks(Math.Max(wait.Ticks, 0)) : null;

    /// <returns>Null: by the gateway.</returns>
    public async Task<Link?> TryOpenAsync(string? node, string? avoid, CancellationToken stop)
    {
        if (!options.Direct || options.NodeAddress is not null || OpenAgainIn > TimeSpan.Zero)
            return null;
        using var timeout = new CancellationTokenSource(Within, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, timeout.Token);
        var credential = owner.Credential; // whose the ticket is
        var isFound = false;
        try
        {
            var door = await owner.FindDoorAsync(node, avoid, either.Token);
            if (door is not { Url: { } url, ConnectTicket: { } ticket } || !Uri.TryCreate(url, UriKind.Absolute, out var address))
            {
                _openAgainAt = null; // there is no such way any more
                return null;
            }
            isFound = true;
            var link = await Link.OpenAsync(address, credential, _time, logger, either.Token, ticket);
            (_pause, _openAgainAt) = (FirstPause, null);
            return link;
        }
        catch (Exception e) when (e is ImException or OperationCanceledException && !stop.IsCancellationRequested)
        {
            if (isFound || _openAgainAt is not null) // that a server cannot say it now is no reason not to ask when it can
                _openAgainAt = _time.GetUtcNow() + _pause;
            if (!isFound)
                return null;
            ClientLog.NotDirect(logger, e.Message, _pause.TotalSeconds);
            _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
            return null;
        }
    }
}
