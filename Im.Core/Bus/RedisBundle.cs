using System.Diagnostics;
using Im.Core.Rounds;

namespace Im.Core.Bus;

/// <summary>What is published to one topic within a <see cref="Round"/>: it goes to Redis with one command, and to each node as one message.</summary>
internal sealed class RedisBundle(RedisBus bus, BusTopic topic) : IRoundEnd
{
    [ThreadStatic]
    private static Dictionary<(RedisBus, string), RedisBundle>? _bundles;

    private readonly List<BusEnvelope> _envelopes = [];
    private readonly TaskCompletionSource<long> _sent = new();
    private Activity? _trace;

    /// <summary>Null where no round runs; else completes when Redis has taken it.</summary>
    public static Task<long>? TryAdd(RedisBus bus, BusTopic topic, BusEnvelope envelope)
    {
        if (_bundles?.TryGetValue((bus, topic.Name), out var bundle) != true)
        {
            bundle = new(bus, topic);
            if (!Round.TryPutOff(bundle))
                return null;
            (_bundles ??= []).Add((bus, topic.Name), bundle);
        }
        bundle!._envelopes.Add(envelope);
        if (Activity.Current is { Recorded: true } recorded)
            bundle._trace ??= recorded;
        return bundle._sent.Task;
    }

    public void EndRound()
    {
        _bundles!.Remove((bus, topic.Name));
        _ = SendAsync();
    }

    // The command is seen in the trace of the first that has one.
    private async Task SendAsync()
    {
        try
        {
            Activity.Current = _trace;
            var envelope = _envelopes.Count == 1 ? _envelopes[0] : BusEnvelopeFormat.Join(_envelopes);
            _sent.SetResult(await bus.SendAsync(topic, envelope, _envelopes.Count));
        }
        catch (Exception exception)
        {
            _sent.SetException(exception);
        }
    }
}
