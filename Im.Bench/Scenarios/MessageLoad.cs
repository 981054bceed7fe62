using System.Diagnostics;
using Im.Bench.Load;

namespace Im.Bench.Scenarios;

/// <summary>
/// Writes messages along routes and checks every single delivery: each receiver gets each sender's messages once and in order, or the load fails. A message is done
/// when all its receivers have it and its sender the acknowledgement.
/// </summary>
internal sealed class MessageLoad : MeasuredLoad
{
    /// <summary>A paced sender so far ahead of its receivers has lost its server.</summary>
    private const int MaxInFlight = 4096;

    private static int _lastId = Random.Shared.Next();

    private readonly uint _id = (uint)Interlocked.Increment(ref _lastId);
    private readonly Pace _pace;
    private readonly RouteState[] _routes;
    private readonly Dictionary<LoadConnection, int> _senders = [];
    private long _inFlight, _sent, _expected, _dueAt;
    private bool _running;

    /// <param name="connections">Of the room: how many can receive.</param>
    public MessageLoad(IEnumerable<Route> routes, int connections, Pace pace)
    {
        _pace = pace;
        _routes = [.. routes.Select(route => new RouteState(route, connections))];
        for (var index = 0; index < _routes.Length; index++)
            _senders.Add(_routes[index].Route.From, index);
    }

    /// <summary>Deliveries of what was sent until now.</summary>
    public long Expected => _expected;

    public override string Missing => $"{_expected - Deliveries} of {_expected} deliveries and {_sent - Acks} of {_sent} acknowledgements did not come";

    public override void OnStart(long now)
    {
        _running = true;
        _dueAt = now;
        for (var index = 0; index < _routes.Length; index++)
            for (var count = 0; count < _pace.InFlightEach; count++)
                Send(index);
    }

    public override void OnTick(long now)
    {
        if (_pace.PerSecond == 0)
            return;
        for (; _running && now >= _dueAt; _dueAt += (long)(Stopwatch.Frequency / _pace.PerSecond))
            Send((int)(_sent % _routes.Length));
    }

    public override void OnMessage(LoadConnection connection, in Mark mark, long now)
    {
        if (mark.Load != _id)
            return;
        var state = _routes[mark.Sender];
        if (!state.Route.Counts(connection))
            return;
        ref var next = ref state.NextAt[connection.Index];
        if (mark.Number != next)
            throw new LoadException($"Receiver {connection.Index} got message {mark.Number} of sender {mark.Sender} where {next} was next: lost, doubled or out of order.");
        next++;
        CountDelivery(now - mark.SentAt);
        CountDown(state, mark.Sender, mark.Number);
    }

    public override void OnAck(LoadConnection connection, uint load, uint number, long now)
    {
        if (load != _id || !_senders.TryGetValue(connection, out var sender))
            return;
        var state = _routes[sender];
        CountAck(now - state.SentAt[number % MaxInFlight]);
        CountDown(state, sender, number);
    }

    public override void Stop()
    {
        _running = false;
        EndWhenDrained();
    }

    private void CountDown(RouteState state, int sender, uint number)
    {
        if (--state.Left[number % MaxInFlight] > 0)
            return;
        _inFlight--;
        if (_running && _pace.InFlightEach > 0)
            Send(sender);
        EndWhenDrained();
    }

    private void Send(int sender)
    {
        var state = _routes[sender];
        var number = state.Sent++;
        var slot = number % MaxInFlight;
        if (state.Left[slot] > 0)
            throw new LoadException($"More than {MaxInFlight} messages of one sender are under way: the server does not keep up.");
        var now = Stopwatch.GetTimestamp();
        state.Left[slot] = state.Route.Receivers + 1;
        state.SentAt[slot] = now;
        _inFlight++;
        _sent++;
        _expected += state.Route.Receivers;
        state.Route.From.SendMessage(state.Route.To(number), new Mark(_id, (ushort)sender, number, now));
    }

    private void EndWhenDrained()
    {
        if (!_running && _inFlight == 0)
            End();
    }

    private sealed class RouteState(Route route, int connections)
    {
        public Route Route => route;

        public uint Sent;

        public readonly int[] Left = new int[MaxInFlight];

        public readonly long[] SentAt = new long[MaxInFlight];

        /// <summary>For each connection of the room the number it must get next.</summary>
        public readonly uint[] NextAt = new uint[connections];
    }
}
