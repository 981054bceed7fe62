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
public sealed record ConversationSummary(ConversationId Conversation, string Kind, UserInfo? Peer, long LastSeq, long ReadSeq, long Unread, MessageInfo? Last);
