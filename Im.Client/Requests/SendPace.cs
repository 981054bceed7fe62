using Im.Protocol;

namespace Im.Client.Requests;

/// <summary>
/// How fast posts go out, of all conversations together: at most <see cref="ProtocolLimits.MaxUnackedSends"/> wait for their ack, and where one is refused for a while all wait that long. Those that were refused
/// one by one would come back one by one, and be too many again.
/// </summary>
internal sealed class SendPace(TimeProvider time)
{
    private readonly SemaphoreSlim _window = new(ProtocolLimits.MaxUnackedSends);
    private readonly Lock _gate = new();
    private long _began;
    private TimeSpan _pause;

    /// <summary>No message goes out for so long from now.</summary>
    public void Pause(TimeSpan length)
    {
        lock (_gate)
            if (length > Left())
                (_began, _pause) = (time.GetTimestamp(), length);
    }

    /// <summary>Waits for a place and for the end of the pause; the place is free again when the result is disposed.</summary>
    public async Task<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        await _window.WaitAsync(cancellationToken);
        var place = new Place(_window);
        try
        {
            for (TimeSpan left; (left = LeftNow()) > TimeSpan.Zero;)
                await Task.Delay(left, time, cancellationToken);
            return place;
        }
        catch
        {
            place.Dispose();
            throw;
        }
    }

    private TimeSpan LeftNow()
    {
        lock (_gate)
            return Left();
    }

    private TimeSpan Left() => _pause - time.GetElapsedTime(_began);

    private sealed class Place(SemaphoreSlim window) : IDisposable
    {
        public void Dispose() => window.Release();
    }
}
