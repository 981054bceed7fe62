using System.Net.Http.Json;
using Im.Client;
using Im.Client.Chat;
using Im.Protocol;
using Im.Protocol.Kinds;
using Im.Tests.Client;
using Im.Tests.Fixtures;
using Im.Tests.Web;
using Microsoft.Extensions.Time.Testing;

namespace Im.Tests.Sessions;

/// <summary>The .NET client as a program: a bearer token instead of cookies, on real nodes.</summary>
[Trait("Category", "Sessions")]
public sealed class ProgramClientTests(TwoNodes system) : IClassFixture<TwoNodes>
{
    [Fact]
    public async Task A_program_logs_in_sends_listens_and_ends_when_it_is_signed_out()
    {
        var nickname = WebCollection.NewNickname();
        await using var bot = NewBot(new());
        var states = Record(bot);
        Assert.True((await bot.LoginAsync(nickname, "correct horse")).Created);
        await bot.ConnectAsync().WaitAsync(Bounded.Time);
        Assert.Equal(nickname, bot.User?.Nickname);
        await bot.SendAsync(ChatTarget.Lobby, "I am a bot").WaitAsync(Bounded.Time);
        await using (var messages = bot.ReadEventsAsync().GetAsyncEnumerator())
        {
            Assert.True(await messages.MoveNextAsync().AsTask().WaitAsync(Bounded.Time));
            Assert.Equal(("I am a bot", nickname), (messages.Current.Text, messages.Current.From.Nickname));
        }

        await SignOutAsync(nickname);
        await Bounded.UntilAsync(() => bot.State == ConnectionState.Closed, "closed");
        Assert.Equal(CloseCodes.SessionEnded, states[^1].CloseCode);
        Assert.Null(bot.User);
        var refused = await Assert.ThrowsAsync<ImException>(() => bot.ConnectAsync().WaitAsync(Bounded.Time));
        Assert.Equal(ProblemCodes.NotLoggedIn, refused.Code);
        Assert.Equal((ConnectionState.Closed, ProblemCodes.NotLoggedIn), (states[^1].State, states[^1].Code));
    }

    [Fact]
    public async Task A_program_that_was_signed_out_while_it_was_away_is_told_once_and_tries_no_more()
    {
        var nickname = WebCollection.NewNickname();
        await using var bot = NewBot(new());
        await bot.LoginAsync(nickname, "correct horse");
        await bot.ConnectAsync().WaitAsync(Bounded.Time);
        await bot.DisconnectAsync();
        await SignOutAsync(nickname);
        var states = Record(bot);
        Assert.Equal(ProblemCodes.NotLoggedIn, (await Assert.ThrowsAsync<ImException>(() => bot.ConnectAsync().WaitAsync(Bounded.Time))).Code);
        Assert.Equal([ConnectionState.Connecting, ConnectionState.Closed], states.Select(change => change.State));
    }

    [Fact]
    public async Task A_token_that_exists_is_used_and_renewed_in_time_so_that_the_next_connection_has_one()
    {
        var given = await TokenAsync(WebCollection.NewNickname());
        var (bearer, clock) = (new BearerToken(given.Token), new FakeTimeProvider());
        await using var bot = NewBot(bearer, clock);
        await bot.ConnectAsync().WaitAsync(Bounded.Time);
        var first = bearer.Value!;
        Assert.NotEqual(given.Token, first); // nobody knows how old it was
        Assert.Equal((given.User, given.Session), (bot.User, bot.SessionId));
        system.Time.Shift = TimeSpan.FromMinutes(40);
        try
        {
            clock.Advance(TimeSpan.FromMinutes(30));
            await Bounded.UntilAsync(() => bearer.Value != first, "renewed");
            system.Time.Shift = TimeSpan.FromMinutes(70);
            Assert.Equal(401, await StatusOfAsync(first));
            bot.Cut();
            await Bounded.UntilAsync(() => bot.State != ConnectionState.Ready, "cut");
            var again = bot.ConnectAsync();
            await clock.PassUntilAsync(again);
            await again;
            Assert.Equal((ConnectionState.Ready, given.Session), (bot.State, bot.SessionId));
        }
        finally
        {
            system.Time.Shift = TimeSpan.Zero;
        }
    }

    [Fact]
    public async Task A_guest_becomes_a_program_on_its_open_connection_and_a_logout_makes_it_a_guest_again()
    {
        var bearer = new BearerToken();
        await using var bot = NewBot(bearer);
        await bot.ConnectAsync().WaitAsync(Bounded.Time);
        var (states, connection) = (Record(bot), bot.Hello!.Connection);
        await bot.LoginAsync(WebCollection.NewNickname(), "correct horse").WaitAsync(Bounded.Time);
        await bot.SendAsync(ChatTarget.Lobby, "now I may").WaitAsync(Bounded.Time);
        var token = bearer.Value!;
        await bot.LogoutAsync();
        Assert.Null(bearer.Value);
        Assert.Equal(401, await StatusOfAsync(token));
        Assert.Equal((connection, 0), (bot.Hello!.Connection, states.Count));
        Assert.Equal(ErrorCodes.NotLoggedIn, (await Assert.ThrowsAsync<ImException>(() => bot.SendAsync(ChatTarget.Lobby, "as a guest").WaitAsync(Bounded.Time))).Code);
    }

    [Fact]
    public async Task Whoever_sends_a_token_that_is_worth_nothing_hears_so_also_where_a_guest_would_be_given_a_cookie()
    {
        using var http = new HttpClient { BaseAddress = system.Address, DefaultRequestHeaders = { { "Authorization", "Bearer imt_nothing" } } };
        using var answer = await http.GetAsync("/api/me");
        Assert.Equal(401, (int)answer.StatusCode);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
        Assert.Equal(ProblemCodes.NotLoggedIn, (await answer.Content.ReadFromJsonAsync(ProtocolJson.Default.ProblemBody))!.Code);
    }

    [Fact]
    public async Task The_package_of_the_client_installed_in_an_empty_project_chats_in_a_room()
    {
        await using var owner = NewBot(new());
        await owner.LoginAsync(WebCollection.NewNickname(), "correct horse");
        await owner.ConnectAsync().WaitAsync(Bounded.Time);
        var room = (await owner.Rooms.CreateAsync("Bots")).Conversation;
        var link = (await owner.Rooms.CreateLinkAsync(room)).Link!;
        var nickname = WebCollection.NewNickname();
        using var project = await EmptyProject.BuildAsync(
            "Im.Client", Path.Combine(NodePackages.Root, "docs", "samples", "RoomBot.cs"), """await RoomBot.RunAsync(new(args[0]), args[1], Environment.GetEnvironmentVariable("IM_PASSWORD")!, args[2]);""");
        using var bot = project.Start("correct horse", system.Address.OriginalString, nickname, link);
        try
        {
            var output = bot.StandardOutput.ReadToEndAsync();
            await using var heard = owner.ReadEventsAsync().GetAsyncEnumerator();
            await ReadUntilAsync(heard, e => e.Kind == KindNames.Member && e.From.Nickname == nickname);
            var asked = await owner.SendAsync(room, "/count").WaitAsync(Bounded.Time);
            var answer = await ReadUntilAsync(heard, e => e.From.Nickname == nickname && e.Target == asked.Line);
            Assert.EndsWith(" lines", answer.Text, StringComparison.Ordinal);
            await SignOutAsync(nickname);
            await bot.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
            Assert.Equal(0, bot.ExitCode);
            Assert.EndsWith("Closed 4401\n", await output, StringComparison.Ordinal);
        }
        finally
        {
            if (!bot.HasExited)
                bot.Kill();
        }
    }

    private static async Task<EventFrame> ReadUntilAsync(IAsyncEnumerator<EventFrame> events, Func<EventFrame, bool> wanted)
    {
        while (await events.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60)))
            if (wanted(events.Current))
                return events.Current;
        throw new InvalidOperationException("The stream ended.");
    }

    private ImClient NewBot(BearerToken bearer, TimeProvider? clock = null) => new(new() { BaseAddress = system.Address, Bearer = bearer, TimeProvider = clock ?? TimeProvider.System });

    private static List<ConnectionChange> Record(ImClient client)
    {
        var states = new List<ConnectionChange>(); // one at a time, and read when the last has come
        client.ConnectionChanged += states.Add;
        return states;
    }

    private async Task SignOutAsync(string nickname)
    {
        using var owner = system.NewBrowser();
        await owner.LoginAsync(nickname);
        (await owner.DeleteAsync("/api/sessions")).ShouldBeOk();
    }

    private async Task<TokenResponse> TokenAsync(string nickname)
    {
        using var server = system.NewBrowser();
        var answer = (await server.PostAsync("/api/tokens", new { nickname, password = "correct horse" })).ShouldBeOk();
        return System.Text.Json.JsonSerializer.Deserialize(answer.Text, ProtocolJson.Default.TokenResponse)!;
    }

    private async Task<int> StatusOfAsync(string token)
    {
        using var http = new HttpClient { BaseAddress = system.Address, DefaultRequestHeaders = { { "Authorization", $"Bearer {token}" } } };
        using var answer = await http.GetAsync("/api/sessions");
        return (int)answer.StatusCode;
    }
}
