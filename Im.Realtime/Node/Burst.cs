using Im.Core.Rounds;
using Im.Realtime.Connections;
using Im.Realtime.Frames;

namespace Im.Realtime.Node;

/// <summary>
/// Frames of one client that came together, and are handled in one <see cref="Round"/>: what they store is one batch, and their answers are one write. It ends where the next frame has
/// not come yet, or where a frame has to wait for something.
/// </summary>
internal sealed class Burst(ClientConnection connection, SocketReader reader, FrameDispatcher dispatcher)
{
    /// <summary>What has been put off so far does not wait for more of them.</summary>
    private const int MaxFrames = 64;

    private ReadOnlyMemory<byte> _frame;
    private Task _handling = Task.CompletedTask;

    /// <summary>The next frame, or the code to close with. To be awaited once.</summary>
    public ValueTask<(ReadOnlyMemory<byte> Frame, int? CloseCode)> Reading { get; private set; } = reader.ReadAsync();

    /// <summary>Handles the frame, and those that are there already; then <see cref="Reading"/> is the next one.</summary>
    public async Task HandleAsync(ReadOnlyMemory<byte> frame)
    {
        _frame = frame;
        Round.Run(this, static burst => burst.HandleAll());
        if (_handling.IsCompletedSuccessfully)
            return;
        await _handling;
        Reading = reader.ReadAsync();
    }

    private void HandleAll()
    {
        for (var left = MaxFrames; ; left--)
        {
            _handling = dispatcher.DispatchAsync(connection, _frame);
            if (!_handling.IsCompletedSuccessfully)
                return;
            Reading = reader.ReadAsync();
            if (left == 0 || !Reading.IsCompletedSuccessfully || Reading.Result is not (var frame, null))
                return;
            _frame = frame;
        }
    }
}
