using CsCheck;
using Im.Tests.Fixtures;
using Im.Client.Events;
using Im.Protocol;

namespace Im.Tests.Client;

public sealed class ConversationStreamTests
{
    [Fact]
    public void Whatever_arrives_in_whatever_order_each_event_is_handed_on_once_in_order()
    {
        var arrivals = Gen.Select(Gen.Int[0, 60], Gen.Int[1, 40].Array[0, 200]);
        arrivals.ForEach((start, seqs) =>
        {
            var stream = new ConversationStream(ConversationId.Lobby, start);
            var handedOn = new List<long>();
            foreach (var seq in seqs.Select(s => start + s - 3L).Where(s => s > 0))
                Arrive(stream, seq, handedOn);
            Mend(stream, handedOn);
            var newest = seqs.Select(s => start + s - 3L).Append(start).Max();
            return handedOn.SequenceEqual(Enumerable.Range(start + 1, (int)(newest - start)).Select(i => (long)i)) && stream.IsComplete && !stream.IsMending;
        });
    }

    [Fact]
    public void More_than_can_be_held_behind_a_hole_is_asked_for()
    {
        var stream = new ConversationStream(ConversationId.Lobby, 0);
        var handedOn = new List<long>();
        for (var seq = 2; seq <= 10 * ConversationStream.MaxHeld; seq++)
            Arrive(stream, seq, handedOn);
        Assert.Empty(handedOn);
        Mend(stream, handedOn);
        Assert.Equal(Enumerable.Range(1, 10 * ConversationStream.MaxHeld).Select(i => (long)i), handedOn);
    }

    private static void Arrive(ConversationStream stream, long seq, List<long> handedOn)
    {
        if (stream.IsNext(Event(seq)))
        {
            handedOn.Add(seq);
            stream.Advance(seq);
        }
        stream.TryBeginMending();
    }

    // As Mender does, with a history that holds everything.
    private static void Mend(ConversationStream stream, List<long> handedOn)
    {
        if (!stream.IsMending)
            return;
        while (!stream.TryFinishMending())
        {
            var next = stream.NextHeld?.Seq ?? stream.Cursor + 1;
            handedOn.Add(next);
            stream.Advance(next);
        }
    }

    private static EventFrame Event(long seq) => new(ConversationId.Lobby, seq, "text", new(Guid.Empty, "Tom"), 0, "realtime-1");
}
