using System.Collections.Concurrent;
using System.Diagnostics;
using Im.Client;
using Im.Client.Chat;
using Im.Protocol;

namespace Im.Tests.Failover;

/// <summary>People who write without a pause, each several messages at once, and what was acked to them, when.</summary>
internal sealed class Load : IAsyncDisposable
{
    private const int AtOnce = 5;

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _writing;

    public Load(params IReadOnlyList<ImClient> clients) => _writing = Task.WhenAll(clients.SelectMany(client => Enumerable.Range(0, AtOnce).Select(_ => Task.Run(() => WriteAsync(client)))));

    public ConcurrentQueue<(string Id, AckFrame Ack, long At)> Acked { get; } = [];

    public int CountSince(long since) => Acked.Count(one => one.At >= since);

    public TimeSpan? FirstSince(long since) => Acked.Where(one => one.At >= since).Select(one => (TimeSpan?)Stopwatch.GetElapsedTime(since, one.At)).FirstOrDefault();

    /// <summary>Returns when everything that was begun is acked.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _writing.WaitAsync(TimeSpan.FromSeconds(60));
    }

    private async Task WriteAsync(ImClient client)
    {
        while (!_stop.IsCancellationRequested)
        {
            var id = Guid.NewGuid().ToString();
            var ack = await client.SendAsync(ChatTarget.Lobby, "under load", id);
            Acked.Enqueue((id, ack, Stopwatch.GetTimestamp()));
            await Task.Delay(20);
        }
    }
}
