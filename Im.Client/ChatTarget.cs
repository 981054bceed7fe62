using Im.Protocol;

namespace Im.Client;

/// <summary>Where something goes: a conversation, or the direct conversation with a user (which the first message makes). Converts from a <see cref="ConversationId"/> and from a user's id.</summary>
public readonly record struct ChatTarget
{
    private ChatTarget(ConversationId? conversation, Guid? user) => (Conversation, User) = (conversation, user);

    public ConversationId? Conversation { get; }

    public Guid? User { get; }

    public static ChatTarget Lobby { get; } = ConversationId.Lobby;

    public static implicit operator ChatTarget(ConversationId conversation) => new(conversation, null);

    public static implicit operator ChatTarget(Guid user) => new(null, user);

    public static implicit operator ChatTarget(UserInfo user) => new(null, user.Id);

    /// <summary>The same for both ways to name a direct conversation, so that what goes to one place stays in order.</summary>
    internal ConversationId Resolve(Guid? me) => Conversation ?? ConversationId.Direct(me ?? Guid.Empty, User!.Value);
}
