namespace Im.Core.Rounds;

/// <summary>
/// Several things done one after the other on one thread, such as completing the messages of one commit. What they cause and what is cheaper done once for all of them, such as a write to one
/// socket or a publish to one topic, is put off until the last of them is done. Where no round runs, nothing is put off.
/// </summary>
/// <remarks>A round is its thread's own: what goes on after an <c>await</c> that had to wait is outside of it.</remarks>
public static class Round
{
    [ThreadStatic]
    private static Queue<IRoundEnd>? _ends;

    [ThreadStatic]
    private static bool _isRunning;

    /// <summary>Runs the body, then what it put off, in that order. A round within a round is a part of the outer one.</summary>
    public static void Run<T>(T state, Action<T> body)
    {
        if (_isRunning)
        {
            body(state);
            return;
        }
        _isRunning = true;
        try
        {
            body(state);
        }
        finally
        {
            _isRunning = false;
            while (_ends?.TryDequeue(out var end) == true)
                end.EndRound();
        }
    }

    /// <summary>Has it called once the round is over. False where none runs: then nothing will be.</summary>
    public static bool TryPutOff(IRoundEnd end)
    {
        if (_isRunning)
            (_ends ??= new()).Enqueue(end);
        return _isRunning;
    }
}

/// <summary>What was put off until the end of a <see cref="Round"/>.</summary>
public interface IRoundEnd
{
    /// <summary>Must not throw, and not wait.</summary>
    void EndRound();
}
