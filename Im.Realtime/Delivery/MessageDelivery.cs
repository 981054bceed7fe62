using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Im.Core;
using Im.Core.Bus;
using Im.Core.Messages;
using Im.Core.Nodes;
using Im.Protocol;

namespace Im.Realtime.Delivery;

/// <summary>
/// Hands one event to every connection of an audience: the sender's bytes with <c>via</c> added, made once and shared by all. One span for the message
/// on this node, with the number of receivers, as a child of the sender's publish; none for what was read from the store, which knows no trace: the read has one.
/// </summary>
internal sealed class MessageDelivery(NodeIdentity node, NodeMetrics metrics, TimeProvider time, Ways? ways = null)
{
    private readonly byte[] _via = Encoding.UTF8.GetBytes($",\"via\":{{\"node\":{JsonSerializer.Serialize(node.Name)},\"ms\":");

    public void Deliver(BusEnvelope envelope, Audience audience)
    {
        using var span = envelope.Trace == default ? null : ImTelemetry.Source.StartActivity(
            envelope.Conversation.IsLobby ? "deliver lobby" : envelope.Conversation.IsRoom ? "deliver room" : "deliver direct", ActivityKind.Consumer, envelope.Trace);
        var milliseconds = Math.Max(0, time.GetUtcNow().ToUnixMicroseconds() - envelope.AcceptedAtMicros) / 1000.0;
        var receivers = audience.Send(AddVia(envelope.Payload.Span, milliseconds), () => ToVersionOne(envelope.Payload.Span, milliseconds));
        metrics.Delivered(receivers, milliseconds);
        ways?.Brought(envelope, milliseconds, audience);
        if (span is null)
            return;
        span.SetTag("messaging.system", "im");
        span.SetTag("messaging.operation.name", "deliver");
        span.SetTag("messaging.operation.type", "process");
        span.SetTag("messaging.destination.name", envelope.Conversation.ToString());
        span.SetTag("im.seq", envelope.Seq);
        span.SetTag("im.node", node.Name);
        span.SetTag("im.origin_node", envelope.OriginNode);
        span.SetTag("im.receivers", receivers);
        span.SetTag("im.via_ms", milliseconds);
    }

    /// <summary>An event read from the store instead of the bus, as if it had come by it.</summary>
    public static BusEnvelope FromStore(EventFrame stored) => new(BusKind.Event, stored.Node, ProtocolJson.Write(stored))
    {
        Conversation = stored.Conversation,
        Seq = stored.Seq,
        Line = stored.Line ?? 0,
        AcceptedAtMicros = stored.At * 1000,
    };

    private byte[]? ToVersionOne(ReadOnlySpan<byte> payload, double milliseconds) =>
        JsonSerializer.Deserialize(payload, ProtocolJson.Wire.EventFrame) is { } live && VersionOne.ToLive(live with { Via = new(node.Name, Math.Round(milliseconds, 1)) }) is { } frame
            ? ProtocolJson.Write(frame) : null;

    private byte[] AddVia(ReadOnlySpan<byte> frame, double milliseconds)
    {
        Span<byte> number = stackalloc byte[24];
        milliseconds.TryFormat(number, out var digits, "F1", CultureInfo.InvariantCulture);
        var body = frame[..^1]; // without its closing brace
        var result = new byte[body.Length + _via.Length + digits + 2];
        body.CopyTo(result);
        _via.CopyTo(result.AsSpan(body.Length));
        number[..digits].CopyTo(result.AsSpan(body.Length + _via.Length));
        result[^2] = (byte)'}';
        result[^1] = (byte)'}';
        return result;
    }
}
