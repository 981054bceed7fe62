namespace Im.Core.Messages;

/// <summary>Wants to know what was stored. Of all processes the one that indexes for the search follows the log, and tells it, once a second.</summary>
public interface ILogFollower
{
    /// <summary>Returns at once, and does not throw.</summary>
    /// <param name="changed">Conversations with events since the last time, some perhaps twice; null where this process has only begun to follow: whatever there is may be new.</param>
    void Follow(IReadOnlyCollection<ConversationChange>? changed);
}
