namespace Im.Protocol;

/// <summary>What the wire shows of a kind of event: for the schema, which has what each kind's posts and events look like.</summary>
/// <param name="Content">The record of its content.</param>
/// <param name="IsLine">It is shown, and counted, as one of its own.</param>
/// <param name="Effect">What it does to its target; null where it has none, or only replies to it.</param>
/// <param name="IsForClients">False for what the server alone appends.</param>
public sealed record KindShape(string Name, Type Content, bool IsLine, EventEffect? Effect, bool IsForClients);
