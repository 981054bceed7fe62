namespace Im.Protocol.Kinds;

/// <summary>An account was deleted: the older lines of <paramref name="User"/> have no nickname any more.</summary>
/// <param name="Texts">Nor any content.</param>
public sealed record ErasureContent(Guid User, bool Texts);

public static partial class KindNames
{
    public const string Erasure = "erasure";
}
