using Im.Client;
using Im.Core.Data;
using Im.Protocol;
using Im.Tests.Fixtures;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Im.Tests.Web;

/// <summary>What administrators do, felt on another node, and written down.</summary>
[Trait("Category", "Sessions")]
public sealed class AdministrationTests(TwoNodes system) : IClassFixture<TwoNodes>, IAsyncLifetime
{
    private readonly Browser _admin = system.NewBrowser(), _user = system.NewBrowser();
    private readonly string _adminName = WebCollection.NewNickname(), _userName = WebCollection.NewNickname();
    private Guid _userId;
    private RawConnection _tab = null!;

    public async Task InitializeAsync()
    {
        var adminId = IdOf(await _admin.LoginAsync(_adminName));
        _userId = IdOf(await _user.LoginAsync(_userName));
        await using var scope = system.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<ImDbContext>().Users.Where(user => user.Id == adminId).ExecuteUpdateAsync(row => row.SetProperty(user => user.IsAdmin, true));
        _tab = await RawConnection.OpenAsync(RawConnection.AddressOf(system.Address, "node-2"), $"im_session={_user.Token}", version: 1);
        await NextAsync<ReadyFrame>();
    }

    public async Task DisposeAsync()
    {
        await _tab.DisposeAsync();
        _admin.Dispose();
        _user.Dispose();
    }

    [Fact]
    public async Task Somebody_muted_reads_and_does_not_write_from_that_moment_and_may_again_when_it_is_lifted()
    {
        Assert.IsType<AckFrame>(await SayAsync("before"));
        var muted = (await _admin.PutAsync($"/api/admin/users/{_userId}/mute", new { minutes = 60, reason = "flooding" })).ShouldBeOk().Json;
        Assert.True(muted.GetProperty("mutedUntil").GetInt64() > DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        await Eventually.TrueAsync(async () => await SayAsync("muted?") is ErrorFrame { Code: ErrorCodes.Muted });
        await _tab.SendAsync(new HistoryRequest { Conversation = ConversationId.Lobby });
        await NextAsync<HistoryFrame>();
        (await _admin.PutAsync($"/api/admin/users/{_userId}/mute", new { minutes = 0 })).ShouldBeOk();
        await Eventually.TrueAsync(async () => await SayAsync("again") is AckFrame);
    }

    [Fact]
    public async Task Somebody_banned_is_out_everywhere_and_cannot_come_back_until_it_is_lifted()
    {
        (await _admin.PutAsync($"/api/admin/users/{_userId}/ban", new { minutes = 5 })).ShouldBeOk();
        await EndAsync();
        Assert.Equal(CloseCodes.SessionEnded, _tab.CloseCode);
        (await _user.GetAsync("/api/sessions")).ShouldBe(401, "not_logged_in");
        (await _user.LoginAsync(_userName)).ShouldBe(403, "banned");
        (await _user.PostAsync("/api/tokens", new { nickname = _userName, password = "correct horse" })).ShouldBe(403, "banned");
        (await _user.LoginAsync(_userName, "wrong horse")).ShouldBe(401, "wrong_password"); // only its owner learns of it
        (await _admin.PutAsync($"/api/admin/users/{_userId}/ban", new { minutes = 0 })).ShouldBeOk();
        (await _user.LoginAsync(_userName)).ShouldBeOk();
    }

    [Fact]
    public async Task A_message_removed_keeps_its_place_without_its_text_and_everybody_is_told()
    {
        var ack = Assert.IsType<AckFrame>(await SayAsync("something foul"));
        (await _admin.DeleteAsync($"/api/admin/conversations/lobby/messages/{ack.Seq}")).ShouldBeOk(204);
        var removed = await NextAsync<RemovedFrame>();
        Assert.Equal((ConversationId.Lobby, ack.Seq), (removed.Conversation, removed.Seq));
        var page = (await _user.GetAsync($"/api/conversations/lobby/messages?after={ack.Seq - 1}&limit=1")).ShouldBeOk().Json.GetProperty("messages")[0];
        Assert.Equal((ack.Seq, ""), (page.GetProperty("seq").GetInt64(), page.GetProperty("text").GetString()));
        (await _admin.DeleteAsync("/api/admin/conversations/lobby/messages/999999")).ShouldBe(404, "not_found");
    }

    [Fact]
    public async Task An_announcement_reaches_everybody_who_is_connected()
    {
        (await _admin.PostAsync("/api/admin/announcements", new { text = "\u200B\u3164" })).ShouldBe(400, "bad_text");
        (await _admin.PostAsync("/api/admin/announcements", new { text = "We restart at 18:00." })).ShouldBeOk(204);
        Assert.Equal("We restart at 18:00.", (await NextAsync<AnnouncementFrame>()).Text);
    }

    [Fact]
    public async Task Sessions_are_seen_and_ended_and_every_deed_is_in_the_audit_trail()
    {
        var seen = (await _admin.GetAsync($"/api/admin/users/{_userName}")).ShouldBeOk().Json;
        Assert.Equal(_userId, seen.GetProperty("user").GetProperty("id").GetGuid());
        Assert.Equal(1, seen.GetProperty("sessions").GetArrayLength());
        Assert.Equal(1, (await _admin.DeleteAsync($"/api/admin/users/{_userId}/sessions")).ShouldBeOk().Json.GetProperty("ended").GetInt32());
        await EndAsync();
        Assert.Equal(CloseCodes.SessionEnded, _tab.CloseCode);
        var entry = (await _admin.GetAsync("/api/admin/audit")).ShouldBeOk().Json[0];
        Assert.Equal((_adminName, "user.sign-out", $"{_userId}"), (entry.GetProperty("actor").GetString(), entry.GetProperty("action").GetString(), entry.GetProperty("target").GetString()));
    }

    [Fact]
    public async Task An_administrator_makes_another_and_takes_it_back()
    {
        (await _user.GetAsync("/api/admin/audit")).ShouldBe(403, "forbidden");
        (await _admin.PutAsync($"/api/admin/users/{_userId}/admin", new { admin = true })).ShouldBeOk();
        (await _user.GetAsync("/api/admin/audit")).ShouldBeOk();
        (await _admin.PutAsync($"/api/admin/users/{_userId}/admin", new { admin = false })).ShouldBeOk();
        (await _user.GetAsync("/api/admin/audit")).ShouldBe(403, "forbidden");
    }

    private async Task<ServerFrame> SayAsync(string text)
    {
        var id = $"{Guid.NewGuid()}";
        await _tab.SendAsync(new SendFrame { Id = id, Conversation = ConversationId.Lobby, Text = text });
        return await NextAsync<ServerFrame>(frame => frame.Id == id && frame is AckFrame or ErrorFrame);
    }

    private async Task<T> NextAsync<T>(Func<T, bool>? wanted = null) where T : ServerFrame
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (await _tab.ReceiveAsync(limit.Token) is { } frame)
            if (frame is T typed && wanted?.Invoke(typed) != false)
                return typed;
        throw new Xunit.Sdk.XunitException($"Closed with {_tab.CloseCode} before a {typeof(T).Name} came.");
    }

    private async Task EndAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (await _tab.ReceiveAsync(limit.Token) is not null)
        {
        }
    }

    private static Guid IdOf(Answer login) => login.ShouldBeOk().Json.GetProperty("user").GetProperty("id").GetGuid();
}

/// <summary>The setting that makes the first administrator.</summary>
[Trait("Category", "Sessions")]
public sealed class FirstAdminTests
{
    private const string Nickname = "the first";

    [Fact]
    public async Task The_setting_makes_an_account_that_exists_an_administrator_and_nobody_who_takes_the_nickname_later()
    {
        var server = new Server();
        await server.InitializeAsync();
        try
        {
            using var browser = server.NewBrowser();
            (await browser.LoginAsync(Nickname)).ShouldBeOk();
            (await browser.GetAsync("/api/admin/audit")).ShouldBe(403, "forbidden");
            await server.RestartAsync();
            using var again = server.NewBrowser();
            (await again.LoginAsync(Nickname)).ShouldBeOk();
            await Eventually.TrueAsync(async () => (int)(await again.GetAsync("/api/admin/audit")).Status == 200);
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    private sealed class Server : WebServer
    {
        protected override IEnumerable<KeyValuePair<string, string>> Settings => [new("Admin", Nickname)];
    }
}
