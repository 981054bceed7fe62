using Im.Client;
using Im.Client.Chat;
using Im.Core.Data;
using Im.Core.Sessions;
using Im.Protocol;
using Im.Realtime.Sessions;
using Im.Tests.Client;
using Im.Tests.Fixtures;
using Im.Tests.Web;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Im.Tests.Sessions;

/// <summary>A session that is ended from elsewhere says why: to a raw socket on the other node, and to a client.</summary>
[Trait("Category", "Sessions")]
public sealed class EndReasonTests(EndReasonTests.ImpatientNodes system) : IClassFixture<EndReasonTests.ImpatientNodes>
{
    [Theory]
    [InlineData(EndReasons.SignedOut)]
    [InlineData(EndReasons.PasswordChanged)]
    [InlineData(EndReasons.AccountDeleted)]
    [InlineData(EndReasons.Administrator)]
    [InlineData(EndReasons.Banned)]
    [InlineData(EndReasons.Over)]
    [InlineData(EndReasons.Lost)]
    public async Task Whoever_is_signed_out_is_told_why(string reason)
    {
        var nickname = WebCollection.NewNickname();
        await using var client = new ImClient(new() { BaseAddress = system.Address, Node = "node-2" });
        ConnectionChange? last = null;
        client.ConnectionChanged += change => last = change;
        await client.LoginAsync(nickname, "correct horse");
        await client.ConnectAsync().WaitAsync(Bounded.Time);
        await CheckAsync(); // as each node does now and then: so it knows how Redis is marked
        await EndAsync(reason, nickname, client.User!.Id, client.SessionId!);
        await Bounded.UntilAsync(() => last?.State == ConnectionState.Closed, "closed");
        Assert.Equal((CloseCodes.SessionEnded, reason), (last!.CloseCode, last.Reason));
        Assert.Null(client.User);
    }

    private async Task EndAsync(string reason, string nickname, Guid user, string session)
    {
        using var own = system.NewBrowser();
        switch (reason)
        {
            case EndReasons.SignedOut:
                await own.LoginAsync(nickname);
                (await own.DeleteAsync($"/api/sessions/{session}")).ShouldBeOk();
                break;
            case EndReasons.PasswordChanged:
                await own.LoginAsync(nickname);
                (await own.PutAsync("/api/me/password", new { oldPassword = "correct horse", newPassword = "battery staple" })).ShouldBeOk();
                break;
            case EndReasons.AccountDeleted:
                await own.LoginAsync(nickname);
                (await own.DeleteAsync("/api/me", new { password = "correct horse" })).ShouldBeOk();
                break;
            case EndReasons.Administrator:
                await BecomeAdminAsync(own);
                (await own.DeleteAsync($"/api/admin/users/{user}/sessions")).ShouldBeOk();
                break;
            case EndReasons.Banned:
                await BecomeAdminAsync(own);
                (await own.PutAsync($"/api/admin/users/{user}/ban", new { minutes = 5 })).ShouldBeOk();
                break;
            case EndReasons.Over: // as if its time had come: the session is gone, and nobody said so
                await system.Services.GetRequiredService<SessionStore>().DestroyAsync(session);
                await CheckAsync();
                break;
            case EndReasons.Lost:
                await system.WipeRedisAsync();
                await CheckAsync();
                break;
        }
    }

    private async Task BecomeAdminAsync(Web.Browser browser)
    {
        var id = (await browser.LoginAsync(WebCollection.NewNickname())).Json.GetProperty("user").GetProperty("id").GetGuid();
        await using var scope = system.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<ImDbContext>().Users.Where(row => row.Id == id).ExecuteUpdateAsync(row => row.SetProperty(each => each.IsAdmin, true));
    }

    private Task CheckAsync() => system.NodeServices(1).GetRequiredService<SessionWatch>().CheckAsync(default);

    /// <summary>Nodes that close the sockets of sessions lost with Redis as soon as they notice.</summary>
    public sealed class ImpatientNodes : TwoNodes
    {
        protected override IEnumerable<KeyValuePair<string, string>> NodeSettings => [new("Sessions:LostSessionGrace", "00:00:00")];
    }
}
