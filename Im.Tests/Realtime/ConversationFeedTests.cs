using Im.Core.Bus;
using Im.Core.Data;
using Im.Core.Kinds;
using Im.Core.Messages;
using Im.Core.Nodes;
using Im.Protocol;
using Im.Realtime.Connections;
using Im.Realtime.Delivery;
using Im.Tests.Fixtures;
using Im.Tests.Messages;
using Microsoft.Extensions.Logging.Abstractions;

namespace Im.Tests.Realtime;

public sealed class ConversationFeedTests
{
    private readonly SocketPair _receiver = new();
    private readonly StoreOfMessages _store = new();

    [Fact]
    public async Task Messages_in_order_are_handed_on_as_they_come()
    {
        var feed = CreateFeed(lastSeq: 0);
        for (var seq = 1; seq <= 5; seq++)
            feed.Accept(Envelope(seq));
        Assert.Equal([1, 2, 3, 4, 5], await _receiver.ReadSequencesAsync(5));
        Assert.Equal(0, _store.Reads);
    }

    [Fact]
    public async Task A_message_that_came_twice_is_handed_on_once()
    {
        var feed = CreateFeed(lastSeq: 0);
        foreach (var seq in (int[])[1, 1, 2, 1, 2, 3])
            feed.Accept(Envelope(seq));
        Assert.Equal([1, 2, 3], await _receiver.ReadSequencesAsync(3));
    }

    [Fact]
    public async Task Two_messages_published_in_the_wrong_order_are_put_right_without_asking_the_store()
    {
        var feed = CreateFeed(lastSeq: 0);
        feed.Accept(Envelope(2));
        feed.Accept(Envelope(1));
        Assert.Equal([1, 2], await _receiver.ReadSequencesAsync(2));
        Assert.Equal(0, _store.Reads);
    }

    [Fact]
    public async Task A_message_the_bus_lost_is_read_from_the_store_before_the_next_is_handed_on()
    {
        _store.Add(1, 2, 3, 4);
        var feed = CreateFeed(lastSeq: 1);
        feed.Accept(Envelope(4));
        Assert.Equal([2, 3, 4], await _receiver.ReadSequencesAsync(3));
    }

    [Fact]
    public async Task A_hole_longer_than_a_page_is_filled_whole()
    {
        _store.Add([.. Enumerable.Range(1, 350)]);
        var feed = CreateFeed(lastSeq: 0);
        feed.Accept(Envelope(350));
        Assert.Equal(Enumerable.Range(1, 350).Select(n => (long)n), await _receiver.ReadSequencesAsync(350));
    }

    [Fact]
    public async Task While_the_store_is_away_messages_are_held_and_then_handed_on_in_order()
    {
        _store.Add(1, 2, 3);
        _store.FailNextReads = 2;
        var feed = CreateFeed(lastSeq: 0);
        feed.Accept(Envelope(3));
        Assert.Equal([1, 2, 3], await _receiver.ReadSequencesAsync(3));
    }

    /// <summary>Minutes by which the clock of the node that took the messages is ahead of this node's.</summary>
    public static TheoryData<int> Clocks => [-5, 0, 5];

    [Theory, MemberData(nameof(Clocks))]
    public async Task When_the_newest_is_unknown_the_first_message_comes_at_once_whatever_the_senders_clock_says(int ahead)
    {
        var at = DateTimeOffset.UtcNow.AddMinutes(ahead);
        _store.Add(at.AddHours(-1), [.. Enumerable.Range(1, 7)]);
        _store.MarkAsSwept();
        _store.Add(at, 8);
        CreateFeed(lastSeq: null).Accept(Envelope(8, at));
        Assert.Equal([8], await _receiver.ReadSequencesAsync(1));
        Assert.Equal(0, _store.Reads);
    }

    [Theory, MemberData(nameof(Clocks))]
    public async Task When_the_newest_is_unknown_a_late_predecessor_still_comes_first(int ahead)
    {
        var at = DateTimeOffset.UtcNow.AddMinutes(ahead);
        _store.Add(at, 7, 8);
        var feed = CreateFeed(lastSeq: null);
        feed.Accept(Envelope(8, at));
        feed.Accept(Envelope(7, at));
        Assert.Equal([7, 8], await _receiver.ReadSequencesAsync(2));
    }

    [Theory, MemberData(nameof(Clocks))]
    public async Task When_the_newest_is_unknown_a_predecessor_the_bus_lost_comes_first(int ahead)
    {
        var at = DateTimeOffset.UtcNow.AddMinutes(ahead);
        _store.Add(at, 7, 8);
        CreateFeed(lastSeq: null).Accept(Envelope(8, at));
        Assert.Equal([7, 8], await _receiver.ReadSequencesAsync(2));
    }

    [Theory, MemberData(nameof(Clocks))]
    public async Task When_the_newest_is_unknown_old_history_is_not_delivered_again(int ahead)
    {
        var at = DateTimeOffset.UtcNow.AddMinutes(ahead);
        _store.Add(at, 1, 2, 3);
        _store.MarkAsSwept();
        _store.Add(at, 4, 5);
        var feed = CreateFeed(lastSeq: null);
        feed.Accept(Envelope(4, at));
        feed.Accept(Envelope(5, at));
        Assert.Equal([4, 5], await _receiver.ReadSequencesAsync(2));
    }

    [Theory, MemberData(nameof(Clocks))]
    public async Task When_the_newest_is_unknown_an_old_message_sent_once_more_brings_nothing_back(int ahead)
    {
        var at = DateTimeOffset.UtcNow.AddMinutes(ahead);
        _store.Add(at, [.. Enumerable.Range(1, 200)]);
        _store.MarkAsSwept();
        var feed = CreateFeed(lastSeq: null);
        feed.Accept(Envelope(1, at));
        feed.Accept(Envelope(5, at));
        await Eventually.TrueAsync(() => _store.ChangesReads > 0);
        _store.Add(at, 201);
        feed.Accept(Envelope(201, at));
        feed.Accept(Envelope(5, at));
        Assert.Equal([201], await _receiver.ReadSequencesAsync(1));
        Assert.Equal(0, _store.Reads);
    }

    [Fact]
    public async Task What_the_store_has_and_the_bus_does_not_bring_is_handed_on()
    {
        var feed = CreateFeed(lastSeq: 2);
        _store.Add(1, 2, 3, 4);
        feed.Expect(3, 4);
        Assert.Equal([3, 4], await _receiver.ReadSequencesAsync(2));
    }

    [Fact]
    public async Task When_the_newest_is_unknown_what_the_store_has_anew_is_handed_on_and_nothing_older()
    {
        _store.Add(1, 2, 3, 4, 5);
        var feed = CreateFeed(lastSeq: null);
        feed.Expect(3, 4);
        feed.Expect(5, 5);
        Assert.Equal([3, 4, 5], await _receiver.ReadSequencesAsync(3));
    }

    [Fact]
    public async Task What_the_bus_brings_in_time_is_not_read_from_the_store()
    {
        var feed = CreateFeed(lastSeq: 0);
        feed.Expect(1, 2);
        feed.Accept(Envelope(1));
        feed.Accept(Envelope(2));
        Assert.Equal([1, 2], await _receiver.ReadSequencesAsync(2));
        await Task.Delay(100); // longer than it holds back
        Assert.Equal(0, _store.Reads);
    }

    [Fact]
    public async Task Each_message_says_which_node_brought_it_and_in_how_many_milliseconds()
    {
        CreateFeed(lastSeq: 0).Accept(Envelope(1));
        var message = Assert.IsType<EventFrame>(await _receiver.ReadFrameAsync());
        Assert.Equal("node-b", message.Via!.Node);
        Assert.InRange(message.Via.Ms, 0, 60_000);
        Assert.Equal("node-a", message.Node);
    }

    [Fact]
    public async Task After_an_outage_the_feeds_of_a_node_take_turns_at_the_store()
    {
        _store.Add(1);
        _store.Answers = TimeSpan.FromMilliseconds(5);
        var feeds = CreateFactory();
        var audience = CreateAudience();
        for (var n = 0; n < 100; n++)
            feeds.Create(ConversationId.Lobby, audience).Expect(1, 1);
        Assert.Equal(100, (await _receiver.ReadSequencesAsync(100)).Count);
        Assert.Equal(FeedFactory.MaxReads, _store.MostReadsAtOnce);
    }

    private ConversationFeed CreateFeed(long? lastSeq) => CreateFactory().Create(ConversationId.Lobby, CreateAudience(), lastSeq is { } last ? new(last, last) : null);

    private Audience CreateAudience()
    {
        var audience = new Audience();
        audience.Add(new ClientConnection("c", null, null, _receiver.NewOutbox()));
        return audience;
    }

    private FeedFactory CreateFactory()
    {
        var metrics = new NodeMetrics(new ConnectionTable());
        var delivery = new MessageDelivery(new NodeIdentity("node-b", "1"), metrics, TimeProvider.System);
        return new(delivery, _store, metrics, TimeProvider.System, NullLogger<ConversationFeed>.Instance);
    }

    private static BusEnvelope Envelope(long seq, DateTimeOffset? at = null) => MessageDelivery.FromStore(StoreOfMessages.Message(seq, at ?? DateTimeOffset.UtcNow));

    /// <summary>A store that answers from memory and can be made to fail: what a feed needs of one.</summary>
    private sealed class StoreOfMessages : IEventStore
    {
        private readonly SortedList<long, EventFrame> _messages = [];

        private int _reading;

        private int _swept;

        public int Reads { get; private set; }
        public int ChangesReads { get; private set; }
        public int MostReadsAtOnce { get; private set; }
        public TimeSpan Answers { get; set; }
        public int FailNextReads { get; set; }

        public static EventFrame Message(long seq, DateTimeOffset at) => new(ConversationId.Lobby, seq, "text", new(Guid.Empty, "Jenny"), at.ToUnixTimeMilliseconds(), "node-a")
        {
            Id = $"m{seq}",
            Line = seq,
            Content = Texts.ContentOf($"text {seq}"),
        };

        public void Add(params int[] sequences) => Add(DateTimeOffset.UtcNow, sequences);

        public void Add(DateTimeOffset at, params int[] sequences)
        {
            foreach (var seq in sequences)
                _messages.Add(seq, Message(seq, at));
        }

        /// <summary>What was added is not new any more.</summary>
        public void MarkAsSwept() => _swept = _messages.Count;

        public async Task<EventPage> ReadEventsAsync(ConversationId conversation, long after, int limit, ReadScope? scope = null, CancellationToken cancellationToken = default)
        {
            Reads++;
            if (Answers > TimeSpan.Zero)
            {
                lock (_messages)
                    MostReadsAtOnce = Math.Max(MostReadsAtOnce, ++_reading);
                await Task.Delay(Answers, cancellationToken);
                lock (_messages)
                    _reading--;
            }
            if (FailNextReads-- > 0)
                throw new StoreUnavailableException(new IOException("test"));
            var found = _messages.Values.Where(m => m.Seq > after).ToList();
            return new([.. found.Take(limit)], _messages.Keys.LastOrDefault(), found.Count > limit);
        }

        public Task<AppendResult> AppendAsync(NewEvent added, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<EventChanges> ReadChangesAsync(ulong? since, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<long?> FindFirstSinceAsync(ConversationId conversation, ulong since, CancellationToken cancellationToken = default)
        {
            ChangesReads++;
            return Task.FromResult<long?>(_messages.Keys.Skip(_swept).ToArray() is [var first, ..] ? first : null);
        }

        public Task<LinePage> ReadLinesAsync(ConversationId conversation, long? before, long? after, int limit, ReadScope? scope = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<TargetLine?> FindLineAsync(ConversationId conversation, long line, ReadScope? scope = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<bool> IsStoredAsync(ConversationId conversation, Guid sender, string id, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<ConversationHead> GetHeadAsync(ConversationId conversation, CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }
}
