using Im.Client;
using Im.Client.Chat;
using Im.Tests.Client;
using Im.Tests.Fixtures;
using Im.Tests.Web;

namespace Im.Tests.Sessions;

/// <summary>A client whose session was lost with Redis's data, on real nodes.</summary>
[Trait("Category", "Sessions")]
public sealed class LostSessionTests(TwoNodes system) : IClassFixture<TwoNodes>
{
    [Fact]
    public async Task What_was_not_acked_when_Redis_lost_its_data_is_stored_once_when_its_author_has_logged_in_again()
    {
        await system.WhenWholeAsync();
        await using var client = new ImClient(new() { BaseAddress = system.Address });
        var nickname = WebCollection.NewNickname();
        await client.LoginAsync(nickname, "correct horse");
        await client.ConnectAsync().WaitAsync(Bounded.Time);
        await system.WipeRedisAsync();
        client.Cut();
        await Bounded.UntilAsync(() => client.State != ConnectionState.Ready, "cut");
        var sending = client.SendAsync(ChatTarget.Lobby, "before the loss");
        await Bounded.UntilAsync(() => client.State == ConnectionState.Ready, "back");
        Assert.Null(client.User);
        Assert.DoesNotContain((await client.LinesAsync(ChatTarget.Lobby)).Lines, message => message.Text == "before the loss");
        Assert.False(sending.IsCompleted);

        await client.LoginAsync(nickname, "correct horse").WaitAsync(Bounded.Time);
        var ack = await sending.WaitAsync(Bounded.Time);
        var stored = Assert.Single((await client.LinesAsync(ChatTarget.Lobby)).Lines, message => message.Text == "before the loss");
        Assert.Equal((ack.Seq, nickname), (stored.Seq, stored.From.Nickname));
    }
}
