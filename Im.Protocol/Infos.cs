namespace Im.Protocol;

/// <summary>An account as others see it. Nickname: 1 to 16 text elements; brief: up to 128.</summary>
public sealed record UserInfo(Guid Id, string Nickname, string Brief)
{
    /// <summary>What they want to be called, 1 to <see cref="PeopleLimits.MaxNameElements"/> text elements; it is not unique, and nobody logs in with it. Null for none.</summary>
    public string? Name { get; init; }

    /// <summary>The version of their picture, which is part of its address (<see cref="PictureLimits"/>). Null for none.</summary>
    public string? Picture { get; init; }

    /// <summary>True for an administrator; told to themselves alone. Else null.</summary>
    public bool? Admin { get; init; }
}

public sealed record SenderInfo(Guid Id, string Nickname);

/// <param name="Places">Connections of the user on all nodes; 0: gone.</param>
public sealed record OnlineUser(Guid Id, string Nickname, string Brief, int Places)
{
    /// <inheritdoc cref="UserInfo.Name"/>
    public string? Name { get; init; }

    /// <inheritdoc cref="UserInfo.Picture"/>
    public string? Picture { get; init; }
}

/// <summary>A line as version 1 and the HTTP API see it: <see cref="Seq"/> is its number among the lines, and what is no text is shown as one. <see cref="Id"/> is the client message id, <see cref="At"/> Unix milliseconds, <see cref="Node"/> the node that took it.</summary>
public sealed record MessageInfo(ConversationId Conversation, long Seq, string Id, SenderInfo From, string Text, long At, string Node)
{
    public Guid? To { get; init; }
}

/// <param name="Kind"><c>lobby</c> or <c>direct</c>.</param>
/// <param name="Peer">The other member; not for the lobby.</param>
/// <param name="Last">The newest line; not when nothing was said yet.</param>
public sealed record ConversationSummary(
    ConversationId Conversation, string Kind, UserInfo? Peer = null, long LastSeq = 0, long ReadSeq = 0, long Unread = 0, MessageInfo? Last = null)
{
    /// <summary>True where the user has written nothing in a direct conversation: it stands behind those in which they have. Else null.</summary>
    public bool? Stranger { get; init; }

    /// <summary>The newest event's sequence, as version 2 counts. From the HTTP API alone, for who connects next.</summary>
    [Since(2)]
    public long? LastEventSeq { get; init; }
}

/// <summary>A conversation in the list, from version 2 on.</summary>
/// <param name="Kind"><c>lobby</c>, <c>direct</c> or <c>room</c>.</param>
/// <param name="Unread"><paramref name="LastLine"/> less <paramref name="ReadLine"/>; without the lines of a room that say what happened to it.</param>
public sealed record ConversationInfo(ConversationId Conversation, string Kind, long LastSeq, long LastLine, long ReadLine, long Unread)
{
    /// <summary>The other member; not for the lobby.</summary>
    public UserInfo? Peer { get; init; }

    /// <summary>How far the other member has read; not before they have answered or accepted what is a request to them.</summary>
    public long? PeerReadLine { get; init; }

    /// <summary>Unread lines that name the user; null for none.</summary>
    public long? Mentions { get; init; }

    /// <summary>The newest line, its texts cut; not when nothing was said yet.</summary>
    public EventFrame? Last { get; init; }

    /// <summary>True where the user has written nothing in a direct conversation. Else null.</summary>
    public bool? Stranger { get; init; }

    /// <summary>Where it is one.</summary>
    public RoomInfo? Room { get; init; }

    /// <summary>What the user has set: one of <see cref="NotifyLevels"/>; null for the default.</summary>
    public string? Notify { get; init; }

    /// <summary>True where the user has pinned it. Else null.</summary>
    public bool? Pinned { get; init; }
}
