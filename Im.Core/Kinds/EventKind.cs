using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Im.Protocol;
using Im.Protocol.Kinds;

namespace Im.Core.Kinds;

/// <summary>
/// One kind of event: the only place that knows what such an event means. Gate, store, bus, feed, export and erasure treat all kinds alike. A new one is a class like its neighbours here
/// and a line in <see cref="EventKinds"/>.
/// </summary>
/// <param name="number">As stored: never reuse one.</param>
/// <param name="name">One of <see cref="Im.Protocol.Kinds.KindNames"/>, on the wire, 1 to <see cref="ProtocolLimits.MaxKindChars"/> characters.</param>
public abstract class EventKind(short number, string name)
{
    public short Number => number;

    public string Name => name;

    /// <summary>Null for a line: what is shown as one of its own, and counted.</summary>
    public virtual EventEffect? Effect => null;

    /// <summary>False for what the server alone appends.</summary>
    public virtual bool IsForClients => true;

    /// <summary>The kind its target must be of; null: any line.</summary>
    public virtual string? TargetKind => null;

    /// <summary>A line of this kind may reply to one.</summary>
    public virtual bool MayReply => false;

    /// <summary>It is about the conversation as a whole: neither a line nor about one.</summary>
    public virtual bool IsAboutConversation => false;

    /// <summary>The record of its content.</summary>
    public abstract Type ContentType { get; }

    /// <summary>The uploaded file that a content brings along, which becomes the line's own as it is stored; null for kinds without.</summary>
    public virtual Guid? FileOf(RawJson content) => null;

    /// <summary>The content with what is known of its file.</summary>
    public virtual RawJson WithFile(RawJson content, FileContent file) => content;

    /// <summary>Checks a content, and says it again in the one form in which it is stored: without what the kind does not know.</summary>
    public abstract Refusal? Check(RawJson content, UserInfo by, out CheckedContent result);

    /// <summary>Whether this user may do it, to this target. A kind with an effect has a target, another may have one.</summary>
    public virtual Refusal? Authorise(PostedBy by, CheckedContent content, TargetLine? target) => null;

    /// <summary>The content as one text: for lists, and for those who know texts alone.</summary>
    public virtual string Preview(RawJson content) => "";

    /// <summary>The content with its texts cut after so many code points, for lists.</summary>
    public virtual RawJson Cut(RawJson content, int codePoints) => content;
}

/// <summary>A kind whose content is a <typeparamref name="T"/>.</summary>
public abstract class EventKind<T>(short number, string name, JsonTypeInfo<T> json) : EventKind(number, name) where T : class
{
    public override Type ContentType => typeof(T);

    public override Refusal? Check(RawJson content, UserInfo by, out CheckedContent result)
    {
        result = default;
        T? read;
        try
        {
            read = JsonSerializer.Deserialize(content.Utf8.Span, json);
        }
        catch (JsonException)
        {
            read = null;
        }
        if (read is null)
            return new(ErrorCodes.BadContent, $"That is no content of a {Name}.");
        if (Check(read) is { } refusal)
            return refusal;
        result = Describe(read, by) with { Content = Write(read) };
        return null;
    }

    protected abstract Refusal? Check(T content);

    /// <summary>Slot and mentions, where the kind has them.</summary>
    protected virtual CheckedContent Describe(T content, UserInfo by) => default;

    protected T Read(RawJson content) => JsonSerializer.Deserialize(content.Utf8.Span, json)!;

    protected RawJson Write(T content) => new(JsonSerializer.SerializeToUtf8Bytes(content, json));
}

/// <param name="Code">Of <see cref="ErrorCodes"/>.</param>
/// <param name="Message">For people.</param>
public sealed record Refusal(string Code, string Message);

/// <param name="IsAdmin">An administrator, in a room also one of the room's.</param>
/// <param name="Peer">In a direct conversation the other member.</param>
public sealed record PostedBy(UserInfo User, bool IsAdmin, ConversationId Conversation, Guid? Peer);

/// <param name="Slot">Of the events of this kind with the same target, which the new one takes the place of: those of the same slot.</param>
/// <param name="Mentions">Users to whom it counts as a mention; <see cref="Guid.Empty"/> for everybody.</param>
public readonly record struct CheckedContent(RawJson Content, string? Slot, IReadOnlyList<Guid>? Mentions);

/// <summary>The line an event is about.</summary>
/// <param name="Age">By the store's clock.</param>
/// <param name="Content">What is shown; null where it was erased.</param>
public sealed record TargetLine(long Line, string Kind, Guid From, TimeSpan Age, RawJson? Content);
