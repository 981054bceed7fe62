using Im.Client.Events;
using Im.Protocol;
using Im.Tests.Checker;

namespace Im.Tests.Faults;

/// <summary>What one device shows of its conversations: their lines as it has folded them, and how far its user has read. Thread-safe.</summary>
internal sealed class Device
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ConversationId, SortedDictionary<long, LineState>> _lines = [];
    private readonly Dictionary<ConversationId, long> _read = [];

    public void Accept(EventFrame next)
    {
        lock (_lock)
        {
            if (!_lines.TryGetValue(next.Conversation, out var lines))
                _lines[next.Conversation] = lines = [];
            if (next.Line is { } line)
                lines[line] = LineState.OfEvent(next);
            else if (next.Target is { } target && lines.TryGetValue(target, out var changed))
                lines[target] = Fold.Onto(changed, next);
        }
    }

    /// <summary>As a page does: its own list, the answer to its own reading and writing, and what other devices of the user read.</summary>
    public void Accept(ServerFrame frame)
    {
        switch (frame)
        {
            case ReadFrame { Line: { } line } read:
                Read(read.Conversation, line);
                break;
            case AckFrame { Line: { } line } ack:
                Read(ack.Conversation, line);
                break;
            case ConversationListFrame list:
                foreach (var info in list.Conversations)
                    Read(info.Conversation, info.ReadLine);
                break;
        }
    }

    public void Read(ConversationId conversation, long line)
    {
        lock (_lock)
            _read[conversation] = Math.Max(line, _read.GetValueOrDefault(conversation));
    }

    public long ReadOf(ConversationId conversation)
    {
        lock (_lock)
            return _read.GetValueOrDefault(conversation);
    }

    /// <summary>One of the newest lines that fit.</summary>
    /// <param name="which">0 to 1.</param>
    public LineState? Find(ConversationId conversation, double which, Func<LineState, bool> fits)
    {
        const int Newest = 12;
        lock (_lock)
        {
            var found = _lines.GetValueOrDefault(conversation, []).Values.Reverse().Where(fits).Take(Newest).ToList();
            return found.Count > 0 ? found[(int)(which * found.Count)] : null;
        }
    }

    public DeviceRecord Of(ConversationId conversation, Guid? user)
    {
        lock (_lock)
            return new(user, [.. _lines.GetValueOrDefault(conversation, []).Values.Select(line => ShownLine.Of(line.Event))], _read.GetValueOrDefault(conversation));
    }

    /// <summary>It shows no line any more, as one that was just opened.</summary>
    public void Clear()
    {
        lock (_lock)
            _lines.Clear();
    }
}
