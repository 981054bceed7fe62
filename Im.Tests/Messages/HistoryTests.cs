using Im.Core.Messages;
using Im.Protocol;
using static Im.Tests.Messages.StoreFixture;

namespace Im.Tests.Messages;

public sealed class HistoryTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    [Fact]
    public async Task A_conversation_nobody_wrote_in_is_an_empty_page()
    {
        var page = await store.One.Messages.ReadMessagesAsync(ConversationId.Direct(Guid.NewGuid(), Guid.NewGuid()), null, null, 50);
        Assert.Empty(page.Messages);
        Assert.Equal((0L, false), (page.LastSeq, page.More));
    }

    [Theory]
    [InlineData('x', 32), InlineData('界', 10)]
    public async Task A_page_of_long_texts_is_shorter_so_that_it_can_be_sent_whole(char letter, int messages)
    {
        var (jenny, tom) = (await store.AddUserAsync(), await store.AddUserAsync());
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => store.One.Messages.AppendAsync(Direct(jenny, tom, new string(letter, ProtocolLimits.MaxTextCharsOne)))));
        var conversation = ConversationId.Direct(jenny.Id, tom.Id);

        var newest = await store.Two.Messages.ReadMessagesAsync(conversation, null, null, 100);
        Assert.Equal((messages, 50L, true), (newest.Messages.Count, newest.Messages[^1].Seq, newest.More));
        var oldest = await store.Two.Messages.ReadMessagesAsync(conversation, null, after: 0, 100);
        Assert.Equal((messages, 1L, true), (oldest.Messages.Count, oldest.Messages[0].Seq, oldest.More));
        await store.ReadAllAsync(conversation);
    }

    [Theory]
    [InlineData(null, null, 3, "8 9 10", true)]
    [InlineData(null, null, 10, "1 2 3 4 5 6 7 8 9 10", false)]
    [InlineData(null, null, 100, "1 2 3 4 5 6 7 8 9 10", false)]
    [InlineData(8L, null, 3, "5 6 7", true)]
    [InlineData(4L, null, 3, "1 2 3", false)]
    [InlineData(1L, null, 3, "", false)]
    [InlineData(0L, null, 3, "", false)]
    [InlineData(long.MaxValue, null, 1, "10", true)]
    [InlineData(null, 0L, 3, "1 2 3", true)]
    [InlineData(null, 7L, 3, "8 9 10", false)]
    [InlineData(null, 6L, 3, "7 8 9", true)]
    [InlineData(null, 10L, 3, "", false)]
    [InlineData(null, long.MaxValue, 3, "", false)]
    [InlineData(null, -5L, 1, "1", true)]
    public async Task A_page_of_ten_messages_ends_where_it_should(long? before, long? after, int limit, string seqs, bool more)
    {
        var (jenny, tom) = (await store.AddUserAsync(), await store.AddUserAsync());
        for (var i = 1; i <= 10; i++)
            await store.One.Messages.AppendAsync(i % 2 == 0 ? Direct(jenny, tom) : Direct(tom, jenny));

        var page = await store.Two.Messages.ReadMessagesAsync(ConversationId.Direct(jenny.Id, tom.Id), before, after, limit);
        Assert.Equal(seqs, string.Join(' ', page.Messages.Select(message => message.Seq)));
        Assert.Equal((10L, more), (page.LastSeq, page.More));
        Assert.All(page.Messages, message => Assert.Equal(message.From.Id == jenny.Id ? tom.Id : jenny.Id, message.To));
    }

    [Fact]
    public async Task A_page_has_at_most_one_cursor_and_one_to_a_hundred_messages()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => store.One.Messages.ReadMessagesAsync(ConversationId.Lobby, 1, 1, 50));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => store.One.Messages.ReadMessagesAsync(ConversationId.Lobby, null, null, 0));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => store.One.Messages.ReadMessagesAsync(ConversationId.Lobby, null, null, 101));
    }

    [Fact]
    public async Task A_reader_that_pages_while_others_write_sees_no_hole()
    {
        var (jenny, tom) = (await store.AddUserAsync(), await store.AddUserAsync());
        var conversation = ConversationId.Direct(jenny.Id, tom.Id);
        var writing = Task.WhenAll(Enumerable.Range(0, 2_000).Select(i => (i % 2 == 0 ? store.One : store.Two).Messages.AppendAsync(Direct(jenny, tom))));
        long seen = 0;
        while (seen < 2_000)
        {
            var page = await store.One.Messages.ReadMessagesAsync(conversation, null, after: seen, 100);
            foreach (var message in page.Messages)
                Assert.Equal(++seen, message.Seq);
            Assert.Equal(page.More, seen < page.LastSeq);
        }
        await writing;
    }
}
