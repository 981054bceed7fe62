using System.Collections.Concurrent;
using Im.Core.Bus;

namespace Im.Tests.Nodes;

/// <summary>A bus in memory between the nodes of a test, in order and at most once as the real one, that can be made to lose everything and counts what went over it.</summary>
internal sealed class TestBus
{
    private readonly Lock _lock = new();
    private readonly List<Subscription> _subscriptions = [];

    public bool LosesEverything { get; set; }

    public ConcurrentQueue<(BusTopic Topic, BusEnvelope Envelope)> Published { get; } = [];

    public Port Connect() => new(this);

    private long Publish(BusTopic topic, BusEnvelope envelope)
    {
        lock (_lock)
        {
            Published.Enqueue((topic, envelope));
            if (LosesEverything)
                return 0;
            var reached = _subscriptions.Where(subscription => subscription.Topic == topic && !subscription.Port.IsCut).ToArray();
            foreach (var subscription in reached)
                subscription.Handler(envelope);
            return reached.Select(subscription => subscription.Port).Distinct().Count();
        }
    }

    /// <summary>One process' end of it.</summary>
    internal sealed class Port(TestBus bus) : IBus
    {
        public bool IsCut { get; private set; }

        public event Action? Reconnected;

        public void Cut() => IsCut = true;

        public void Mend()
        {
            IsCut = false;
            Reconnected?.Invoke();
        }

        public ValueTask<long> PublishAsync(BusTopic topic, BusEnvelope envelope, CancellationToken cancellationToken = default) =>
            IsCut ? throw new BusUnavailableException("The bus is cut.") : new(bus.Publish(topic, envelope));

        public ValueTask<IAsyncDisposable> SubscribeAsync(BusTopic topic, Action<BusEnvelope> handler, CancellationToken cancellationToken = default)
        {
            var subscription = new Subscription(bus, this, topic, handler);
            lock (bus._lock)
                bus._subscriptions.Add(subscription);
            return new(subscription);
        }
    }

    private sealed record Subscription(TestBus Bus, Port Port, BusTopic Topic, Action<BusEnvelope> Handler) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            lock (Bus._lock)
                Bus._subscriptions.Remove(this);
            return ValueTask.CompletedTask;
        }
    }
}
