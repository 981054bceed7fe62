namespace Im.Core.Nodes;

/// <summary>This process among the nodes.</summary>
/// <param name="Name">What people see, such as <c>realtime-1</c>; a restarted replica may have the same.</param>
/// <param name="Incarnation">Different at each start: leases and presence columns belong to an incarnation, so that a restarted node never inherits ghosts.</param>
public sealed record NodeIdentity(string Name, string Incarnation)
{
    public string Id => $"{Name}.{Incarnation}";

    /// <summary>The name in an id.</summary>
    public static string NameOf(string id) => id[..id.LastIndexOf('.')];
}
