using Im.Client;
using Im.Protocol;

namespace Im.Tests.Faults;

/// <summary>
/// A client as <c>docs/protocol.md</c>, section 5, "A backlog", has it, and no more: what is written waits in order, up to 32 wait for their ack, and a refusal is one pause for all, after which what is not
/// acked goes out again from the first.
/// </summary>
internal sealed class PageClient
{
    private const int Window = 32;

    private readonly RawConnection _connection;
    private readonly SortedDictionary<int, bool> _unacked = []; // whether it is under way
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _gate = new(1);
    private DateTime _pausedUntil;

    private PageClient(RawConnection connection) => _connection = connection;

    public int Written { get; private set; }

    public static async Task<PageClient> OpenAsync(Uri node, string token)
    {
        var client = new PageClient(await RawConnection.OpenAsync(RawConnection.AddressOf(node), $"im_session={token}", version: 1));
        while (await client._connection.ReceiveAsync() is not ReadyFrame)
        {
        }
        _ = client.ReceiveAsync();
        return client;
    }

    public void Write(int messages)
    {
        for (var i = 0; i < messages; i++)
            _unacked[Written++] = false;
        _ = PumpAsync();
    }

    /// <returns>How many were acked.</returns>
    public async Task<int> AllAckedAsync(TimeSpan within)
    {
        await _done.Task.WaitAsync(within);
        await _connection.DisposeAsync();
        return Written;
    }

    private async Task PumpAsync()
    {
        await _gate.WaitAsync();
        try
        {
            while (DateTime.UtcNow < _pausedUntil)
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Max(1, (_pausedUntil - DateTime.UtcNow).TotalMilliseconds)));
            List<int> next;
            lock (_unacked)
            {
                next = [.. _unacked.Where(one => !one.Value).Select(one => one.Key).Take(Math.Max(0, Window - _unacked.Count(one => one.Value)))];
                next.ForEach(one => _unacked[one] = true);
            }
            foreach (var one in next)
                await _connection.SendAsync(new SendFrame { Id = $"{_connection.GetHashCode()}-{one}", Conversation = ConversationId.Lobby, Text = $"message {one}" });
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task ReceiveAsync()
    {
        while (await _connection.ReceiveAsync() is { } frame)
        {
            if (frame is not (AckFrame or ErrorFrame) || frame.Id is not { } id)
                continue;
            var one = int.Parse(id.Split('-')[1], System.Globalization.CultureInfo.InvariantCulture);
            lock (_unacked)
                if (frame is ErrorFrame { RetryAfterMs: { } wait })
                {
                    _unacked[one] = false;
                    var until = DateTime.UtcNow.AddMilliseconds(wait);
                    _pausedUntil = until > _pausedUntil ? until : _pausedUntil;
                }
                else if (frame is ErrorFrame error)
                    _done.TrySetException(new InvalidOperationException($"{error.Code} is final."));
                else if (_unacked.Remove(one) && _unacked.Count == 0)
                    _done.TrySetResult();
            _ = PumpAsync();
        }
        _done.TrySetException(new InvalidOperationException($"Closed with {_connection.CloseCode}."));
    }
}
