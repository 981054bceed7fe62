using Im.Protocol;
using Im.Protocol.Kinds;

namespace Im.Core.Kinds;

/// <summary>An account was deleted: one event for each of its conversations tells whoever has its lines open, or comes later, that they are no one's any more.</summary>
public sealed class ErasureKind() : EventKind<ErasureContent>(7, KindNames.Erasure, ProtocolJson.Wire.ErasureContent)
{
    public override bool IsForClients => false;

    public override bool IsAboutConversation => true;

    public RawJson ContentOf(Guid user, bool texts) => Write(new(user, texts));

    protected override Refusal? Check(ErasureContent content) => null;
}
