using System.Diagnostics;
using System.Text;
using Im.Core;
using Im.Core.Bus;
using Im.Core.Nodes;
using Im.Protocol;
using Im.Realtime.Connections;

namespace Im.Realtime.Delivery;

/// <summary>
/// How the newest events went, as this node saw it: for the demonstration, and where that is off nothing is kept. Who asks is answered by each node for itself: the question
/// goes by the bus to all of them, and each sends its part to the connection that asked. Best effort, as all that is only in memory.
/// </summary>
internal sealed class Ways(NodeIdentity node, IBus bus, TimeProvider time, IConfiguration configuration, IHostEnvironment environment)
{
    private const int Kept = 500;

    private readonly Lock _gate = new();
    private readonly Dictionary<(ConversationId, long), Way> _ways = [];
    private readonly Queue<(ConversationId, long)> _order = new();

    public bool IsOn { get; } = Demonstration.IsOn(configuration, environment);

    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (IsOn)
            await bus.SubscribeAsync(BusTopic.Ways, Answer, cancellationToken);
    }

    public void Stored(EventFrame committed, long acceptedAtMicros, Activity? span)
    {
        if (!IsOn)
            return;
        var taken = new TakenInfo(Since(acceptedAtMicros), Trace: span is { Recorded: true } ? span.TraceId.ToHexString() : null);
        Change(committed.Conversation, committed.Seq, way => way with { Taken = taken });
    }

    public void Published(EventFrame committed, long acceptedAtMicros)
    {
        if (!IsOn)
            return;
        var ms = Since(acceptedAtMicros);
        Change(committed.Conversation, committed.Seq, way => way.Taken is { } taken ? way with { Taken = taken with { PublishedMs = ms } } : way);
    }

    /// <param name="ms">Since the event was taken.</param>
    public void Brought(BusEnvelope envelope, double ms, Audience audience)
    {
        if (!IsOn)
            return;
        var to = audience.Snapshot;
        Change(envelope.Conversation, envelope.Seq, way => way with { Brought = [.. way.Brought, (Math.Round(ms, 1), to)] }); // to each of the two of a direct conversation by itself
    }

    /// <summary>Sends the asker what this node knows, if only its name, and asks the others to do the same.</summary>
    public void Ask(ClientConnection asker, ConversationId conversation, long seq, string? id)
    {
        asker.Send(PartOf(conversation, seq, asker.Id, asker.User?.Id, id) ?? new(conversation, seq, node.Name) { Id = id });
        var question = new BusEnvelope(BusKind.Way, node.Name, Encoding.UTF8.GetBytes($"{node.Id} {asker.User?.Id} {id}"))
        {
            Conversation = conversation,
            Seq = seq,
            Connection = asker.Id,
        };
        _ = bus.TryPublishAsync(BusTopic.Ways, question).AsTask();
    }

    private void Answer(BusEnvelope question)
    {
        // The payload: the asking node's id, the asking user's or nothing, and the request's id or nothing, with a blank between.
        if (question is not { Kind: BusKind.Way, Connection: { } asker } || question.OriginNode == node.Name || Encoding.UTF8.GetString(question.Payload.Span).Split(' ', 3) is not [var nodeId, var user, var id])
            return;
        if (PartOf(question.Conversation, question.Seq, asker, Guid.TryParse(user, out var userId) ? userId : null, id.Length > 0 ? id : null) is { } part)
            _ = bus.TryPublishAsync(BusTopic.Node(nodeId), new(BusKind.Frame, node.Name, ProtocolJson.Write(part)) { Connection = asker }).AsTask();
    }

    private WayFrame? PartOf(ConversationId conversation, long seq, string asker, Guid? user, string? id)
    {
        Way? way;
        lock (_gate)
            if (!_ways.TryGetValue((conversation, seq), out way))
                return null;
        return new(conversation, seq, node.Name)
        {
            Id = id,
            Taken = way.Taken,
            Brought = way.Brought.Count == 0 ? null : new(way.Brought.Max(each => each.Ms), way.Brought.Sum(each => each.To.Length),
                [.. way.Brought.SelectMany(each => each.To).Where(each => user is null ? each.Id == asker : each.User?.Id == user).Select(each => new PlaceInfo(each.Id, each.SessionId))]),
        };
    }

    private void Change(ConversationId conversation, long seq, Func<Way, Way> change)
    {
        lock (_gate)
        {
            if (!_ways.TryGetValue((conversation, seq), out var way))
            {
                way = new(null, []);
                _order.Enqueue((conversation, seq));
                if (_order.Count > Kept)
                    _ways.Remove(_order.Dequeue());
            }
            _ways[(conversation, seq)] = change(way);
        }
    }

    private double Since(long acceptedAtMicros) => Math.Round(Math.Max(0, time.GetUtcNow().ToUnixMicroseconds() - acceptedAtMicros) / 1000.0, 1);

    private sealed record Way(TakenInfo? Taken, IReadOnlyList<(double Ms, ClientConnection[] To)> Brought);
}
