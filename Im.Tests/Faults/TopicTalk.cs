using System.Diagnostics;
using Im.Core.Bus;

namespace Im.Tests.Faults;

/// <summary>One node talks to the other on one topic, fifty times a second, and the other notes when it heard what.</summary>
internal sealed class TopicTalk : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly CancellationTokenSource _stop = new();
    private readonly List<(long Seq, long At)> _heard = [];
    private IAsyncDisposable? _subscription;
    private Task _talking = Task.CompletedTask;

    public static async Task<TopicTalk> StartAsync(IBus from, IBus to, BusTopic topic)
    {
        var talk = new TopicTalk();
        talk._subscription = await to.SubscribeAsync(topic, envelope =>
        {
            lock (talk._heard)
                talk._heard.Add((envelope.Seq, Stopwatch.GetTimestamp()));
        });
        talk._talking = talk.TalkAsync(from, topic);
        return talk;
    }

    public IReadOnlyList<(long Seq, long At)> Heard
    {
        get
        {
            lock (_heard)
                return [.. _heard];
        }
    }

    /// <summary>The longest time in which nothing was heard.</summary>
    public TimeSpan LongestSilence => Heard.Zip(Heard.Skip(1), (one, next) => Stopwatch.GetElapsedTime(one.At, next.At)).Max();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _talking;
        await _subscription!.DisposeAsync();
    }

    // It does not wait for answers: a server that hangs gives none.
    private async Task TalkAsync(IBus from, BusTopic topic)
    {
        var sending = new List<Task>();
        for (var seq = 1L; !_stop.IsCancellationRequested; seq++)
        {
            sending.Add(from.TryPublishAsync(topic, new(BusKind.Frame, "node", default) { Seq = seq }).AsTask());
            await Task.Delay(Pause);
        }
        await Task.WhenAll(sending);
    }
}
