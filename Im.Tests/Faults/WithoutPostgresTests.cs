using Im.Client;
using Im.Client.Chat;
using Im.Protocol;
using Im.Tests.Fixtures;

namespace Im.Tests.Faults;

[Collection(ImAppCollection.Name)]
[Trait("Category", "Faults")]
public sealed class WithoutPostgresTests(ImAppFixture im) : IAsyncLifetime
{
    private readonly Saboteur _saboteur = new(im);

    public Task InitializeAsync() => im.WaitUntilWholeAsync();

    public async Task DisposeAsync() => await im.WaitUntilWholeAsync();

    [Fact]
    public async Task While_Postgres_is_away_sends_are_refused_for_a_while_and_everything_else_lives_on()
    {
        var (one, two) = await im.WaitUntilWholeAsync();
        var stored = new StoredMessages(await im.GetDatabaseAsync());
        var people = await im.People.GetAsync(2);
        await using var jenny = await people[0].OpenAsync(im.WebAddress, one);
        await using var tom = await people[1].OpenAsync(im.WebAddress, two);
        await using var guest = ChatUser.Guest(im.WebAddress);
        await using var raw = await RawConnection.OpenAsync(RawConnection.AddressOf(im.WebAddress, one), people[0].Cookies.GetCookieHeader(im.WebAddress), version: 1);
        await raw.ReceiveAsync<ReadyFrame>();

        var (ids, sends) = (new List<string>(), new List<Task<AckFrame>>());
        await _saboteur.TakePostgresAwayAsync();
        try
        {
            // A client that does nothing by itself is told, and told to come back.
            await raw.SendAsync(new SendFrame { Id = Guid.NewGuid().ToString(), Conversation = ConversationId.Lobby, Text = "refused" });
            var refused = await raw.ReceiveAsync<ErrorFrame>();
            Assert.Equal(ErrorCodes.Unavailable, refused.Code);
            Assert.True(refused.RetryAfterMs > 0);

            // Ours keep what they are given, in order.
            foreach (var (from, to) in ((ChatConnection, ChatTarget)[])[(jenny, ChatTarget.Lobby), (tom, jenny.Client.User!), (jenny, ChatTarget.Lobby), (tom, jenny.Client.User!)])
            {
                ids.Add(Guid.NewGuid().ToString());
                sends.Add(from.Client.SendAsync(to, $"kept {ids.Count}", ids[^1]));
            }

            // Sockets, presence and typing live on, over both nodes.
            var before = tom.Client.Online.Guests;
            await guest.ConnectAsync(one);
            await Eventually.TrueAsync(() => tom.Client.Online.Guests == before + 1);
            await jenny.Client.TypingAsync(ChatTarget.Lobby);
            await tom.WaitForFrameAsync<TypingFrame>(t => t.From.Id == jenny.Client.User!.Id);
            Assert.All(sends, s => Assert.False(s.IsCompleted));
        }
        finally
        {
            await _saboteur.BringPostgresBackAsync();
        }

        // Nobody had to be restarted or to connect again.
        await Task.WhenAll(sends).WaitAsync(TimeSpan.FromSeconds(20));
        foreach (var id in ids)
        {
            Assert.Equal(1, await stored.CountAsync(id));
            await jenny.WaitForAsync(m => m.Id == id);
        }
        await tom.WaitForAsync(m => m.Id == ids[2]);
        Assert.Equal([ids[0], ids[2]], tom.Events.Where(m => m.Conversation.IsLobby && ids.Contains(m.Id!)).Select(m => m.Id));
        Assert.Equal([ids[1], ids[3]], jenny.Events.Where(m => !m.Conversation.IsLobby).Select(m => m.Id));
        Assert.All((ChatConnection[])[jenny, tom], c => Assert.DoesNotContain(c.Changes, change => change.State == ConnectionState.Reconnecting));
    }
}
