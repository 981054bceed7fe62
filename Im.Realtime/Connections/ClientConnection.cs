using Im.Core.Sessions;
using Im.Protocol;
using Im.ServiceDefaults.Connections;

namespace Im.Realtime.Connections;

/// <summary>One open WebSocket: who it is, and where frames for it go. Its life is in <c>ConnectionLife</c>.</summary>
/// <param name="version">Of the protocol.</param>
internal sealed class ClientConnection(string id, string? sessionId, UserInfo? user, Outbox outbox, SocketPlace? place = null, int version = ProtocolLimits.Version)
{
    /// <summary>Sends of one connection that may wait for their commit at a time.</summary>
    public const int MaxSendsInFlight = 64;

    private readonly HashSet<IRoomAudience> _rooms = [];
    private volatile UserInfo? _user = user;
    private (DateTimeOffset Since, int Count) _badFrames;
    private (ConversationId Conversation, DateTimeOffset At) _typed;

    /// <summary>Unique over all nodes.</summary>
    public string Id => id;

    public int Version => version;

    /// <summary>There where it is a widget's: it is for that one conversation.</summary>
    public WidgetGrant? Widget { get; init; }

    /// <summary>The public id of its session; null without a cookie.</summary>
    public string? SessionId { get; private set; } = sessionId;

    /// <summary>Null for a guest.</summary>
    public UserInfo? User => _user;

    public Outbox Outbox => outbox;

    /// <summary>A widget's connection hears of one conversation.</summary>
    public bool MayHear(ConversationId conversation) => Widget is null || Widget.Conversation == conversation;

    /// <summary>For whom the bytes count that it reads: the user, or the guests of its address.</summary>
    public string ReadOwner => _user is { } reader ? $"{reader.Id:N}" : place?.Address ?? "";

    public ConnectionPace Pace { get; } = new();

    /// <summary>One place for each send in flight; a guest never makes it.</summary>
    public SemaphoreSlim SendSlots => field ??= new(MaxSendsInFlight);

    /// <summary>Held while who this is changes, and true afterwards when the connection is over: a late change must not bring it back.</summary>
    public SemaphoreSlim BindingGate { get; } = new(1);

    public bool IsOver { get; set; }

    /// <returns>The rooms it was in as somebody else, and is no more: in no moment it is in one that is not its user's.</returns>
    public IReadOnlyCollection<IRoomAudience> Become(string? sessionId, UserInfo? user)
    {
        lock (_rooms)
        {
            var left = user is not null && user.Id == _user?.Id ? [] : ExitAll();
            SessionId = sessionId;
            _user = user;
            place?.TryBecome(user is null ? null : $"{user.Id:N}");
            return left;
        }
    }

    /// <summary>Into a room of this user's. False where it is in there, is not that user's any more, or of version 1, which has no rooms.</summary>
    public bool TryEnter(IRoomAudience room, Guid user)
    {
        lock (_rooms)
        {
            if (version == 1 || IsOver || _user?.Id != user || !_rooms.Add(room))
                return false;
            room.Add(this);
            return true;
        }
    }

    /// <summary>Out of it, where it is still that user's: else it is out already.</summary>
    public void Exit(IRoomAudience room, Guid user)
    {
        lock (_rooms)
            if (_user?.Id == user && _rooms.Remove(room))
                room.Remove(this);
    }

    public IReadOnlyCollection<IRoomAudience> ExitAll()
    {
        lock (_rooms)
        {
            IRoomAudience[] left = [.. _rooms];
            foreach (var room in left)
                room.Remove(this);
            _rooms.Clear();
            return left;
        }
    }

    public bool IsIn(IRoomAudience room)
    {
        lock (_rooms)
            return _rooms.Contains(room);
    }

    /// <summary>Whether this user may have one more connection, which this one then is.</summary>
    public bool MayBecome(UserInfo user) => place?.TryBecome($"{user.Id:N}") != false;

    /// <summary>The user's profile changed; nothing where the connection is somebody else's, or a guest's, by now.</summary>
    public void Rename(UserInfo user)
    {
        if (_user is { } before && before.Id == user.Id)
            Interlocked.CompareExchange(ref _user, user, before);
    }

    /// <returns>How many bad frames came within the last minute or so.</returns>
    public int CountBadFrame(DateTimeOffset now)
    {
        _badFrames = now - _badFrames.Since > TimeSpan.FromMinutes(1) ? (now, 1) : (_badFrames.Since, _badFrames.Count + 1);
        return _badFrames.Count;
    }

    public bool MayType(ConversationId conversation, DateTimeOffset now)
    {
        if (_typed.Conversation == conversation && now - _typed.At < TimeSpan.FromSeconds(ProtocolLimits.TypingIntervalSeconds))
            return false;
        _typed = (conversation, now);
        return true;
    }

    /// <returns>How many bytes it is.</returns>
    public int Send(ServerFrame frame)
    {
        var bytes = ProtocolJson.Write(frame);
        outbox.Enqueue(bytes);
        return bytes.Length;
    }

    public void SendError(string? id, string code, string message, int? retryAfterMs = null) =>
        Send(new ErrorFrame(code, message) { Id = id, RetryAfterMs = retryAfterMs });
}
