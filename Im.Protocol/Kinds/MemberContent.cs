namespace Im.Protocol.Kinds;

/// <summary>Somebody came into a room, went, or has another role there. Its sender did it; the line is about <paramref name="User"/>.</summary>
/// <param name="Nickname">Of <paramref name="User"/> at the time.</param>
/// <param name="What">One of <see cref="MemberDeeds"/>.</param>
/// <param name="Role">One of <see cref="RoomRoles"/>, where it is that from now on.</param>
public sealed record MemberContent(Guid User, string Nickname, string What, string? Role = null);

/// <summary>What happened to a member.</summary>
public static class MemberDeeds
{
    /// <summary>The room was made, and this is its owner: always its first event.</summary>
    public const string Created = "created";
    public const string Joined = "joined", Left = "left", Removed = "removed", Banned = "banned", Unbanned = "unbanned", Invited = "invited", Role = "role";

    /// <summary>From this event on the user reads.</summary>
    public static bool Begins(string what) => what is Created or Joined;

    /// <summary>Up to this event the user reads, if they did.</summary>
    public static bool Ends(string what) => what is Left or Removed or Banned;
}

public static class RoomRoles
{
    public const string Member = "member", Administrator = "administrator", Owner = "owner";
}

public static class RoomHistories
{
    public const string Everything = "everything", Joined = "joined";
}

public static partial class KindNames
{
    public const string Member = "member";
}
