using System.Text.Json;
using Im.Core.Messages;
using Im.Protocol;
using Im.Tests.Messages;
using Im.Web.Accounts;
using Microsoft.Extensions.DependencyInjection;

namespace Im.Tests.Web;

/// <summary>Another password, taking one's data along, deleting the account, and nicknames that look like another.</summary>
[Collection(WebCollection.Name)]
[Trait("Category", "Sessions")]
public sealed class OwnAccountTests(WebServer server) : IDisposable
{
    private readonly Browser _browser = server.NewBrowser(), _other = server.NewBrowser();
    private readonly string _nickname = WebCollection.NewNickname();

    public void Dispose()
    {
        _browser.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task A_new_password_needs_the_old_one_and_ends_all_other_sessions()
    {
        await _browser.LoginAsync(_nickname);
        await _other.LoginAsync(_nickname);
        (await _browser.PutAsync("/api/me/password", new { oldPassword = "wrong horse", newPassword = "battery staple" })).ShouldBe(401, "wrong_password");
        (await _browser.PutAsync("/api/me/password", new { oldPassword = "correct horse", newPassword = "short" })).ShouldBe(400, "bad_password");
        (await _other.GetAsync("/api/sessions")).ShouldBeOk();

        Assert.Equal(1, (await _browser.PutAsync("/api/me/password", new { oldPassword = "correct horse", newPassword = "battery staple" })).ShouldBeOk().Json.GetProperty("ended").GetInt32());
        (await _browser.GetAsync("/api/sessions")).ShouldBeOk();
        (await _other.GetAsync("/api/sessions")).ShouldBe(401, "not_logged_in");
        (await _other.LoginAsync(_nickname)).ShouldBe(401, "wrong_password");
        (await _other.LoginAsync(_nickname, "battery staple")).ShouldBeOk();
    }

    [Fact]
    public async Task A_guest_has_no_password_to_change_and_no_account_to_delete()
    {
        await _browser.GetAsync("/api/me");
        (await _browser.PutAsync("/api/me/password", new { oldPassword = "correct horse", newPassword = "battery staple" })).ShouldBe(401, "not_logged_in");
        (await _browser.DeleteAsync("/api/me", new { password = "correct horse" })).ShouldBe(401, "not_logged_in");
        (await _browser.GetAsync("/api/me/export")).ShouldBe(401, "not_logged_in");
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_deleted_account_leaves_its_messages_without_its_name_or_their_texts_too(bool removeMessages)
    {
        var user = (await _browser.LoginAsync(_nickname, brief: "likes tea")).Json.GetProperty("user").GetProperty("id").GetGuid();
        var text = $"said by {_nickname}";
        var store = server.Services.GetRequiredService<IEventStore>();
        var said = (await store.AppendAsync(Texts.New(ConversationId.Lobby, new(user, _nickname), null, $"{Guid.NewGuid()}", text, 1, "test"))).Message;
        (await _browser.DeleteAsync("/api/me", new { password = "wrong horse" })).ShouldBe(401, "wrong_password");

        (await _browser.DeleteAsync("/api/me", new { password = "correct horse", removeMessages })).ShouldBeOk();
        (await _browser.GetAsync("/api/sessions")).ShouldBe(401, "not_logged_in");
        var left = Assert.Single((await store.ReadMessagesAsync(ConversationId.Lobby, null, said.Seq - 1, 1)).Messages);
        Assert.Equal((said.Seq, "(deleted)", removeMessages ? "" : text), (left.Seq, left.From.Nickname, left.Text));
        Assert.Null(await server.Services.GetRequiredService<IUserDirectory>().FindAsync(user));
        var stranger = (await _other.LoginAsync(WebCollection.NewNickname())).Json.GetProperty("user").GetProperty("id").GetGuid();
        await Assert.ThrowsAsync<MessageRejectedException>(() => store.AppendAsync(Texts.New(ConversationId.Direct(stranger, user), new(stranger, "x"), user, "m", "to nobody", 1, "test")));

        var next = (await _other.LoginAsync(_nickname)).ShouldBeOk().Json;
        Assert.True(next.GetProperty("created").GetBoolean());
        Assert.NotEqual(user, next.GetProperty("user").GetProperty("id").GetGuid());
    }

    [Fact]
    public async Task An_account_with_more_messages_than_are_erased_at_a_time_is_erased_whole()
    {
        const int Written = 5_001;
        var user = (await _browser.LoginAsync(_nickname)).Json.GetProperty("user").GetProperty("id").GetGuid();
        var peer = (await _other.LoginAsync(WebCollection.NewNickname())).Json.GetProperty("user").GetProperty("id").GetGuid();
        var store = server.Services.GetRequiredService<IEventStore>();
        var talk = ConversationId.Direct(user, peer);
        foreach (var some in Enumerable.Range(0, Written).Chunk(1_000))
            await Task.WhenAll(some.Select(i => store.AppendAsync(Texts.New(talk, new(user, _nickname), peer, $"m{i}", "mine", 1, "test"))));
        await store.AppendAsync(Texts.New(talk, new(peer, "peer"), user, "answer", "an answer", 1, "test"));

        (await _browser.DeleteAsync("/api/me", new { password = "correct horse", removeMessages = true })).ShouldBeOk();

        var left = new List<MessageInfo>();
        while ((await store.ReadMessagesAsync(talk, null, left.LastOrDefault()?.Seq ?? 0, 100)).Messages is { Count: > 0 } page)
            left.AddRange(page);
        Assert.Equal("an answer", left[^1].Text);
        Assert.Equal(Written, left.Count(message => (message.From.Nickname, message.Text) == ("(deleted)", "")));
    }

    [Fact]
    public async Task My_data_is_a_file_with_every_message_I_wrote_and_none_of_others()
    {
        var user = (await _browser.LoginAsync(_nickname, brief: "likes tea")).Json.GetProperty("user").GetProperty("id").GetGuid();
        var peer = (await _other.LoginAsync(WebCollection.NewNickname())).Json.GetProperty("user").GetProperty("id").GetGuid();
        var store = server.Services.GetRequiredService<IEventStore>();
        for (var i = 0; i < 600; i++)
            await store.AppendAsync(Texts.New(ConversationId.Direct(user, peer), new(user, _nickname), peer, $"m{i}", $"message {i}", 1, "test"));
        await store.AppendAsync(Texts.New(ConversationId.Direct(user, peer), new(peer, "peer"), user, "answer", "an answer", 1, "test"));
        await store.AppendAsync(Texts.New(ConversationId.Lobby, new(user, _nickname), null, $"{Guid.NewGuid()}", "hello all", 1, "test"));

        var answer = (await _browser.GetAsync("/api/me/export")).ShouldBeOk();
        Assert.Equal("attachment", answer.ContentHeaders.ContentDisposition?.DispositionType);
        Assert.Equal((_nickname, "likes tea"), (answer.Json.GetProperty("user").GetProperty("nickname").GetString(), answer.Json.GetProperty("user").GetProperty("brief").GetString()));
        var texts = answer.Json.GetProperty("events").EnumerateArray().Select(posted => posted.GetProperty("content").GetProperty("text").GetString()).ToArray();
        Assert.Equal(Enumerable.Range(0, 600).Select(i => $"message {i}").Append("hello all").Order(), texts.Order());
        Assert.Equal(JsonValueKind.Array, answer.Json.GetProperty("sessions").ValueKind);
    }

    [Theory]
    [InlineData("Jennyy", "Jеnnyy")] // Cyrillic е
    [InlineData("Tomm", "Τоmm")] // Greek Τ, Cyrillic о
    [InlineData("mirror", "rnirror"), InlineData("wave", "vvave")]
    [InlineData("Illy", "lIly"), InlineData("Bob1", "Bobl"), InlineData("Zoo", "Z0o")]
    [InlineData("scope", "ѕсоре"), InlineData("hoho", "һоһо"), InlineData("pay", "рау"), InlineData("sewer", "ꜱeԝeг"), InlineData("JIM", "Jlm"), InlineData("ΑΒΕ", "ABE"), InlineData("ᎪᏴ", "AB"), InlineData("日ー", "日一"), InlineData("Groß1", "grossI")]
    public void Nicknames_that_look_alike_have_one_skeleton(string one, string other)
    {
        Assert.NotEqual(Nickname.KeyOf(one), Nickname.KeyOf(other));
        Assert.Equal(Skeleton.Of(one), Skeleton.Of(other));
    }

    [Theory, InlineData("Jenny", "Jeny"), InlineData("é", "e"), InlineData("小明", "小朋"), InlineData("Tom", "Tim"), InlineData("Анна", "Инна"), InlineData("Ann", "Avv"), InlineData("Judy", "Judu"), InlineData("Том", "Tom")]
    public void Others_have_their_own(string one, string other) => Assert.NotEqual(Skeleton.Of(one), Skeleton.Of(other));

    [Fact]
    public async Task Who_looks_like_somebody_cannot_join_and_somebody_still_logs_in()
    {
        var name = $"o{_nickname[..12]}";
        await _browser.LoginAsync(name);
        (await _other.LoginAsync($"0{name[1..]}")).ShouldBe(409, "nickname_taken");
        (await _other.LoginAsync($"\u043E{name[1..]}")).ShouldBe(400, "bad_nickname");
        (await _other.LoginAsync(name)).ShouldBeOk();
    }

    [Theory, InlineData("(deleted)"), InlineData("(Deleted)"), InlineData("admin"), InlineData("System"), InlineData("l0bby"), InlineData("\u0301\u0302"), InlineData("J\u0435nny")]
    public async Task Nobody_is_called_so(string nickname) => (await _browser.LoginAsync(nickname)).ShouldBe(400, "bad_nickname");

    [Fact]
    public async Task Names_of_one_script_that_look_like_each_other_are_taken()
    {
        var digits = string.Concat(Guid.NewGuid().ToString("N").Where(char.IsAsciiDigit))[..8].Replace('1', '2');
        await _browser.LoginAsync($"рас{digits}"); // Cyrillic
        (await _other.LoginAsync($"pac{digits}")).ShouldBe(409, "nickname_taken");
        (await _other.LoginAsync($"рас{digits}")).ShouldBeOk();
    }
}
