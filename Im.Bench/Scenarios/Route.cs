using Im.Bench.Load;

namespace Im.Bench.Scenarios;

/// <summary>Who writes to whom.</summary>
/// <param name="To">For each message's number the user it goes to; null for everybody.</param>
/// <param name="Receiver">The one connection that counts its deliveries; null: every connection of the room does, or nobody.</param>
/// <param name="Receivers">How many deliveries each message makes.</param>
internal sealed record Route(LoadConnection From, Func<uint, Guid?> To, LoadConnection? Receiver, int Receivers)
{
    /// <summary>Whether this connection is a receiver; a sender gets its own message back too.</summary>
    public bool Counts(LoadConnection connection) => Receivers > 0 && (Receiver is null || Receiver == connection);

    /// <summary>To everybody in the room.</summary>
    public static Route Lobby(LoadConnection from, int receivers) => new(from, _ => null, null, receivers);

    public static Route Direct(LoadConnection from, LoadConnection to) => new(from, _ => to.UserId, to, 1);

    /// <summary>To people who are not there, one after the other.</summary>
    public static Route Offline(LoadConnection from, IReadOnlyList<Guid> to) => new(from, number => to[(int)(number % to.Count)], null, 0);
}
