namespace Im.Protocol;

/// <summary>An account as others see it. Nickname: 1 to 16 text elements; brief: up to 128.</summary>
public sealed record UserInfo(Guid Id, string Nickname, string Brief);

public sealed record SenderInfo(Guid Id, string Nickname);

/// <param name="Places">Connections of the user on all nodes; 0: gone.</param>
public sealed record OnlineUser(Guid Id, string Nickname, string Brief, int Places);

/// <summary>A stored message. <see cref="Id"/> is the client message id, <see cref="At"/> Unix milliseconds, <see cref="Node"/> the node that took it.</summary>
public sealed record MessageInfo(ConversationId Conversation, long Seq, string Id, SenderInfo From, string Text, long At, string Node)
{
    public Guid? To { get; init; }
}

/// <param name="Kind"><c>lobby</c> or <c>direct</c>.</param>
/// <param name="Peer">The other member; not for the lobby.</param>
/// <param name="Last">The newest message; not when nothing was said yet.</param>
public sealed record ConversationSummary(
    ConversationId Conversation, string Kind, UserInfo? Peer = null, long LastSeq = 0, long ReadSeq = 0, long Unread = 0, MessageInfo? Last = null)
{
    /// <summary>True where the user has written nothing in a direct conversation: it stands behind those in which they have. Else null.</summary>
    public bool? Stranger { get; init; }
}
