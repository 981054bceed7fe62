using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Im.Client.Requests;
using Im.Protocol;
using Im.Protocol.Kinds;

namespace Im.Client.Chat;

/// <summary>What can be posted, by kind. All of it is <see cref="ImClient.PostAsync"/>, with its guarantees and errors; a new kind gets a method here.</summary>
public static class Posts
{
    extension(ImClient client)
    {
        /// <summary>A text: 1 to 10,000 UTF-16 code units with something visible.</summary>
        /// <param name="id">As in <see cref="ImClient.PostAsync"/>.</param>
        /// <param name="replyTo">The line it replies to.</param>
        /// <param name="mentions">Users it names, at most <see cref="TextContent.MaxMentions"/>.</param>
        /// <param name="all">It names everybody: in the lobby for administrators alone, else <see cref="ErrorCodes.Forbidden"/>.</param>
        public Task<AckFrame> SendAsync(
            ChatTarget to, string text, string? id = null, long? replyTo = null, IReadOnlyList<Guid>? mentions = null, bool all = false, CancellationToken cancellationToken = default)
        {
            client.CheckText(text);
            return client.PostAsync(to, KindNames.Text, new TextContent(text, mentions, all ? true : null), ProtocolJson.Wire.TextContent, replyTo, id, cancellationToken);
        }

        /// <summary>Another text for an own line.</summary>
        public Task<AckFrame> EditAsync(ChatTarget of, long line, string text, IReadOnlyList<Guid>? mentions = null, string? id = null, CancellationToken cancellationToken = default)
        {
            client.CheckText(text);
            return client.PostAsync(of, KindNames.Edit, new TextContent(text, mentions), ProtocolJson.Wire.TextContent, line, id, cancellationToken);
        }

        /// <summary>Erases a line for good: an own one within 24 hours, else <see cref="ErrorCodes.TooLate"/>; administrators any, always.</summary>
        /// <param name="reason">At most <see cref="ProtocolLimits.MaxReasonChars"/> UTF-16 code units, for everybody to read.</param>
        public Task<AckFrame> RecallAsync(ChatTarget of, long line, string? reason = null, string? id = null, CancellationToken cancellationToken = default) =>
            client.PostAsync(of, KindNames.Recall, new RecallContent(reason), ProtocolJson.Wire.RecallContent, line, id, cancellationToken);

        /// <summary>All of the user's reactions to a line, in place of those before: at most <see cref="ReactionContent.MaxKeys"/>, none to take them back.</summary>
        public Task<AckFrame> ReactAsync(ChatTarget of, long line, IReadOnlyList<string> keys, string? id = null, CancellationToken cancellationToken = default) =>
            client.PostAsync(of, KindNames.Reaction, new ReactionContent(keys), ProtocolJson.Wire.ReactionContent, line, id, cancellationToken);

        /// <summary>A line to vote on.</summary>
        public Task<AckFrame> PollAsync(ChatTarget to, PollContent poll, string? id = null, CancellationToken cancellationToken = default) =>
            client.PostAsync(to, KindNames.Poll, poll, ProtocolJson.Wire.PollContent, null, id, cancellationToken);

        /// <summary>The user's vote in a poll, in place of the one before: options by their place, from 0; none to take it back.</summary>
        public Task<AckFrame> VoteAsync(ChatTarget of, long line, IReadOnlyList<int> choices, string? id = null, CancellationToken cancellationToken = default) =>
            client.PostAsync(of, KindNames.Vote, new VoteContent(choices), ProtocolJson.Wire.VoteContent, line, id, cancellationToken);

        /// <summary>A picture or another file that was uploaded with <see cref="ImClient.Files"/>; <see cref="ErrorCodes.QuotaFull"/> where the conversation has no room for it.</summary>
        /// <param name="caption">At most <see cref="FileContent.MaxCaptionChars"/> UTF-16 code units.</param>
        public Task<AckFrame> PostFileAsync(ChatTarget to, Guid file, string? caption = null, string? id = null, long? replyTo = null, CancellationToken cancellationToken = default) =>
            client.PostAsync(to, KindNames.File, new FileContent(file) { Caption = caption }, ProtocolJson.Wire.FileContent, replyTo, id, cancellationToken);

        private void CheckText(string text) => PostRules.CheckText(text, client.Hello?.Limits.TextChars ?? ProtocolLimits.MaxTextChars);

        private Task<AckFrame> PostAsync<T>(ChatTarget to, string kind, T content, JsonTypeInfo<T> json, long? target, string? id, CancellationToken cancellationToken) =>
            client.PostAsync(to, kind, new RawJson(JsonSerializer.SerializeToUtf8Bytes(content, json)), target, id, cancellationToken);
    }
}
