using CsCheck;
using Im.Tests.Fixtures;
using Im.Core.Messages;
using Im.Protocol;

namespace Im.Tests.Messages;

public sealed class AppendQueueTests
{
    private static readonly ConversationId[] Conversations = [.. Enumerable.Range(0, 5).Select(_ => new ConversationId(Guid.NewGuid()))];

    [Fact]
    public void A_flood_in_one_conversation_costs_another_one_turn()
    {
        var queue = new AppendQueue(1_000);
        for (var i = 0; i < 400; i++)
            Assert.True(queue.TryEnqueue(Append(0, $"flood {i}")));
        Assert.True(queue.TryEnqueue(Append(1, "lone")));
        Assert.Equal(["flood 0", "lone", "flood 1", "flood 2"], queue.Take(4).Select(a => a.Event.ClientId));
    }

    [Fact]
    public void One_conversation_fills_half_of_the_room_and_all_together_the_whole()
    {
        var queue = new AppendQueue(10);
        Assert.Equal(5, Enumerable.Range(0, 9).Count(i => queue.TryEnqueue(Append(0, $"{i}"))));
        Assert.Equal(5, Enumerable.Range(0, 9).Count(i => queue.TryEnqueue(Append(1 + (i % 4), $"{i}"))));
        Assert.Equal((10, 0), (queue.Take(100).Count, queue.Count));
        Assert.True(queue.TryEnqueue(Append(0, "again")));
    }

    [Fact]
    public void Each_conversation_keeps_its_order_whatever_comes_and_is_taken() =>
        Gen.Select(Gen.Int[0, 4].Array[0, 60], Gen.Int[1, 7].Array[1, 20]).ForEach((conversations, takes) =>
        {
            var queue = new AppendQueue(1_000);
            var taken = new List<PendingAppend>();
            for (var i = 0; i < conversations.Length; i++)
            {
                queue.TryEnqueue(Append(conversations[i], $"{i}"));
                if (i % 3 == 0)
                    taken.AddRange(queue.Take(takes[i % takes.Length]));
            }
            taken.AddRange(queue.Take(int.MaxValue));
            return taken.Count == conversations.Length && queue.Count == 0
                && taken.GroupBy(a => a.Event.Conversation).All(g => g.Select(a => int.Parse(a.Event.ClientId)).SequenceEqual(g.Select(a => int.Parse(a.Event.ClientId)).Order()));
        });

    [Fact]
    public async Task A_reader_waits_for_the_next_and_is_told_of_the_end_once_all_is_taken()
    {
        var queue = new AppendQueue(10);
        var waiting = queue.WaitAsync();
        Assert.False(waiting.IsCompleted);
        queue.TryEnqueue(Append(0, "first"));
        Assert.True(await waiting);
        queue.Complete();
        Assert.False(queue.TryEnqueue(Append(0, "late")));
        Assert.True(await queue.WaitAsync());
        Assert.Single(queue.Take(10));
        Assert.False(await queue.WaitAsync());
    }

    private static PendingAppend Append(int conversation, string text) =>
        new(Texts.New(Conversations[conversation], new(Guid.Empty, "Jenny"), Guid.Empty, text, text, 0, "node-a"), null);
}
