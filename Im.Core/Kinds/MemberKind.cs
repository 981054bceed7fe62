using Im.Protocol;
using Im.Protocol.Kinds;

namespace Im.Core.Kinds;

/// <summary>Who came into a room, went, or has another role. It is stored in the transaction that changes the membership, and nodes go by it: from it, or up to it, somebody reads.</summary>
public sealed class MemberKind() : EventKind<MemberContent>(8, KindNames.Member, ProtocolJson.Wire.MemberContent)
{
    public override bool IsForClients => false;

    public RawJson ContentOf(MemberContent content) => Write(content);

    /// <summary>Null for another kind.</summary>
    public MemberContent? Of(EventFrame e) => e.Kind == Name && e.Content is { } content ? Read(content) : null;

    protected override Refusal? Check(MemberContent content) => null;

    public override string Preview(RawJson content) => $"{Read(content).Nickname}: {Read(content).What}";
}

/// <summary>A room is called otherwise, or has other settings.</summary>
public sealed class TitleKind() : EventKind<TitleContent>(9, KindNames.Title, ProtocolJson.Wire.TitleContent)
{
    public override bool IsForClients => false;

    public RawJson ContentOf(TitleContent content) => Write(content);

    protected override Refusal? Check(TitleContent content) => null;

    public override string Preview(RawJson content) => Read(content).Title ?? Read(content).Topic ?? "…";
}
