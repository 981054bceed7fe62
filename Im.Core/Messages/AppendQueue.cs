using Im.Core.Rounds;
using Im.Protocol;

namespace Im.Core.Messages;

/// <summary>
/// The appends that wait for the writer. Each conversation has a queue of its own and they take turns, so that a flood in one costs the others one commit, not the
/// whole flood; and one conversation fills half of the room at most, so that the others still find a place. Within a conversation first come, first stored.
/// </summary>
/// <param name="capacity">Appends of all conversations together.</param>
internal sealed class AppendQueue(int capacity)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ConversationId, Queue<PendingAppend>> _waiting = [];
    private readonly Queue<ConversationId> _turns = new();
    private readonly int _maxOfOne = Math.Max(1, capacity / 2);
    private TaskCompletionSource<bool>? _any;
    private bool _completed;

    public int Count { get; private set; }

    /// <summary>False when there is no room, or <see cref="Complete"/> was called.</summary>
    public bool TryEnqueue(PendingAppend append)
    {
        TaskCompletionSource<bool>? any;
        lock (_gate)
        {
            if (_completed || Count >= capacity)
                return false;
            if (!_waiting.TryGetValue(append.Event.Conversation, out var queue))
            {
                _waiting.Add(append.Event.Conversation, queue = new());
                _turns.Enqueue(append.Event.Conversation);
            }
            if (queue.Count >= _maxOfOne)
                return false;
            queue.Enqueue(append);
            Count++;
            (any, _any) = (_any, null);
        }
        // Of a burst all goes into one batch: the reader goes on when the last of it is here.
        if (any is not null && !Round.TryPutOff(new Arrival(any)))
            any.SetResult(true);
        return true;
    }

    /// <summary>Nothing more is taken in; what waits is still handed out.</summary>
    public void Complete()
    {
        TaskCompletionSource<bool>? any;
        lock (_gate)
        {
            _completed = true;
            (any, _any) = (_any, null);
        }
        any?.SetResult(false);
    }

    /// <summary>True when something waits, false when nothing does and nothing will. For one reader, which goes on on the thread of whoever brings something: no other one has to be woken.</summary>
    public Task<bool> WaitAsync()
    {
        lock (_gate)
        {
            if (Count > 0 || _completed)
                return Task.FromResult(Count > 0);
            _any = new();
            return _any.Task;
        }
    }

    /// <summary>Up to <paramref name="max"/> of those that wait, one of each conversation in turn.</summary>
    public List<PendingAppend> Take(int max)
    {
        lock (_gate)
        {
            var taken = new List<PendingAppend>(Math.Min(max, Count));
            while (taken.Count < max && _turns.TryDequeue(out var conversation))
            {
                var queue = _waiting[conversation];
                taken.Add(queue.Dequeue());
                if (queue.Count > 0)
                    _turns.Enqueue(conversation);
                else
                    _waiting.Remove(conversation);
            }
            Count -= taken.Count;
            return taken;
        }
    }

    private sealed class Arrival(TaskCompletionSource<bool> any) : IRoundEnd
    {
        public void EndRound() => any.SetResult(true);
    }
}
