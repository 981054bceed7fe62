using Im.Client;
using Im.Client.Chat;
using Im.Tests.Fixtures;

namespace Im.Tests.Faults;

[Collection(ImAppCollection.Name)]
[Trait("Category", "Faults")]
public sealed class RetryTests(ImAppFixture im) : IAsyncLifetime
{
    public Task InitializeAsync() => im.WaitUntilWholeAsync();

    public async Task DisposeAsync() => await im.WaitUntilWholeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_send_whose_node_died_between_commit_and_ack_is_acked_by_the_other_node_and_stored_once(bool isDirect)
    {
        var (one, two) = await im.WaitUntilWholeAsync();
        var stored = new StoredMessages(await im.GetDatabaseAsync());
        var people = await im.People.GetAsync(2);
        await using var relay = new TcpRelay("127.0.0.1", im.WebAddress.Port);
        await using var jenny = await people[0].OpenAsync(new($"http://localhost:{relay.Port}"), one);
        await using var tom = await people[1].OpenAsync(im.WebAddress, two);

        relay.FreezeToClient(); // the ack will not arrive
        var id = Guid.NewGuid().ToString();
        var sending = jenny.Client.SendAsync(isDirect ? tom.Client.User! : ChatTarget.Lobby, "committed, not acked", id);
        await Eventually.TrueAsync(async () => await stored.CountAsync(id) == 1);
        await new Saboteur(im).KillAsync(one);
        relay.Cut(); // nor what is under way
        relay.Thaw();

        var ack = await sending.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.True(ack.Duplicate);
        Assert.Equal(1, await stored.CountAsync(id));
        foreach (var connection in (ChatConnection[])[jenny, tom])
        {
            Assert.Equal(ack.Seq, (await connection.WaitForAsync(m => m.Id == id)).Seq);
            var next = Guid.NewGuid().ToString();
            await connection.Client.SendAsync(isDirect ? (connection == jenny ? tom : jenny).Client.User! : ChatTarget.Lobby, "next", next);
            await connection.WaitForAsync(m => m.Id == next);
            Assert.Single(connection.Events, m => m.Id == id);
        }
    }
}
