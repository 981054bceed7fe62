using System.Text.Json;
using Im.Core.Bus;
using Im.Core.Sessions;
using Im.Tests.Nodes;
using Microsoft.Extensions.Time.Testing;

namespace Im.Tests.Sessions;

/// <summary>Two processes that share sessions, with a clock that stands still unless a test moves it.</summary>
public abstract class SessionSuite(RedisUnderTest server) : IAsyncLifetime
{
    protected static readonly SessionOrigin Laptop = new("Firefox on Linux", "192.0.2.7");

    private protected Cluster Cluster { get; } = new(server);
    private protected TestNode One { get; private set; } = null!;
    private protected TestNode Other { get; private set; } = null!;
    protected FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    protected Guid Jenny { get; } = Guid.NewGuid();
    protected Guid Tom { get; } = Guid.NewGuid();

    protected ISessionManager Sessions => One.Sessions;

    public virtual async Task InitializeAsync()
    {
        One = await Cluster.StartWebAsync(Time);
        Other = await Cluster.StartWebAsync(Time);
    }

    public Task DisposeAsync() => Cluster.DisposeAsync().AsTask();

    /// <summary>What sockets were told so far.</summary>
    protected IReadOnlyList<SessionChange> Told => [.. Cluster.Bus.Published
        .Where(published => published.Topic == BusTopic.Sessions && published.Envelope.Kind == BusKind.Session)
        .Select(published => JsonSerializer.Deserialize(published.Envelope.Payload.Span, SessionJson.Default.SessionChange)!)];
}
