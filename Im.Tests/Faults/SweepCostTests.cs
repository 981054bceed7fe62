using System.Diagnostics;
using Im.Tests.Messages;

namespace Im.Tests.Faults;

/// <summary>The sweep asks once a second, for ever: what it costs when nothing happens must not grow with what there is.</summary>
[Trait("Category", "Faults")]
public sealed class SweepCostTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    private const int Conversations = 10_000, MessagesEach = 20, Sweeps = 100;

    [Fact]
    public async Task Ten_thousand_idle_conversations_cost_less_than_a_hundredth_of_one_core()
    {
        var (jenny, tom) = (await store.AddUserAsync(), await store.AddUserAsync());
        await store.Database.ScalarAsync<object>(
            "INSERT INTO conversations (id, kind, last_seq, last_line, last_message_at) SELECT ('00000000-0000-8000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, 1, $2, $2, now() FROM generate_series(1, $1) i",
            Conversations, MessagesEach);
        await store.Database.ScalarAsync<object>(
            """
            INSERT INTO events (conversation_id, seq, line, kind, sender_id, sender_nickname, client_id, content, at, node)
            SELECT c.id, seq, seq, 1, $1, 'Jenny', 'm' || seq, '{"text":"hello"}', now(), 'realtime-1' FROM conversations c, generate_series(1, $2) seq WHERE c.kind = 1
            """, jenny.Id, MessagesEach);
        await store.Database.ScalarAsync<object>("VACUUM ANALYZE events");

        var mark = (await store.One.Messages.ReadChangesAsync(since: null)).Mark;
        var times = new List<TimeSpan>();
        while (times.Count < Sweeps)
        {
            var started = Stopwatch.GetTimestamp();
            mark = (await store.One.Messages.ReadChangesAsync(mark)).Mark;
            times.Add(Stopwatch.GetElapsedTime(started));
        }
        // Node and Postgres work one after the other on a sweep: together they take no more processor time than it lasts.
        Assert.InRange(times.Order().ElementAt(Sweeps / 2).TotalMilliseconds, 0, 10);

        var sent = await store.Two.Messages.AppendAsync(StoreFixture.Direct(jenny, tom));
        Assert.Contains((await store.One.Messages.ReadChangesAsync(mark)).Conversations, c => c.Conversation == sent.Message.Conversation);
    }
}
