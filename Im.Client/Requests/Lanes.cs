using Im.Protocol;

namespace Im.Client.Requests;

/// <summary>Lets one send of a conversation through at a time, first come first served: a retry can then never overtake or be overtaken.</summary>
internal sealed class Lanes(int capacity)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ConversationId, Task> _tails = [];
    private int _waiting;

    /// <exception cref="ImException"><see cref="ImCodes.QueueFull"/></exception>
    public async Task<T> RunAsync<T>(ConversationId conversation, Func<Task<T>> send, CancellationToken cancellationToken)
    {
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task before;
        lock (_lock)
        {
            if (_waiting == capacity)
                throw new ImException(ImCodes.QueueFull, $"{capacity} messages are waiting for their ack.");
            _waiting++;
            before = _tails.GetValueOrDefault(conversation, Task.CompletedTask);
            _tails[conversation] = turn.Task;
        }
        try
        {
            await before.WaitAsync(cancellationToken);
            return await send();
        }
        finally
        {
            Leave(conversation, before, turn);
        }
    }

    // Whoever gave up while waiting passes the turn on only when it would have come.
    private void Leave(ConversationId conversation, Task before, TaskCompletionSource turn)
    {
        lock (_lock)
        {
            _waiting--;
            if (before.IsCompleted && _tails[conversation] == turn.Task)
                _tails.Remove(conversation);
        }
        if (before.IsCompleted)
            turn.SetResult();
        else
            before.ContinueWith(_ => turn.SetResult(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }
}
