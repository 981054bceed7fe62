using Im.Client;
using Im.Client.Chat;
using Im.Protocol;
using Im.Tests.Attack;
using Im.Tests.Fixtures;
using Npgsql;

namespace Im.Tests.Faults;

/// <summary>An outage ends for everybody when it is over: two tabs of a user with a hundred unacked messages each, and nobody is told not to come back.</summary>
[Trait("Category", "Faults")]
public sealed class OutageEndTests(OutageEndTests.Servers chat) : AttackSuite(chat), IClassFixture<OutageEndTests.Servers>
{
    private const int Messages = 100;

    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(10), BackWithin = TimeSpan.FromSeconds(5);

    public enum Fault { DiskFull, Hung }

    [Theory, InlineData(Fault.DiskFull), InlineData(Fault.Hung)]
    public async Task Clients_that_do_what_the_page_says_are_all_back_within_5_s_of_its_end(Fault fault)
    {
        var tabs = await Task.WhenAll(PageClient.OpenAsync(chat.One, Jenny.Token), PageClient.OpenAsync(chat.Two, Jenny.Token));
        await BreakAsync(fault);
        foreach (var tab in tabs)
            tab.Write(Messages);
        await Task.Delay(Outage);
        await MendAsync(fault);
        foreach (var tab in tabs)
            Assert.Equal(tab.Written, await tab.AllAckedAsync(BackWithin));
    }

    [Fact]
    public async Task Clients_that_send_each_message_again_by_itself_as_soon_as_they_may_are_not_told_to_stay_away_either()
    {
        var tabs = await Task.WhenAll(OpenAsync(Jenny.Token, chat.One), OpenAsync(Jenny.Token, chat.Two));
        await BreakAsync(Fault.DiskFull);
        var sending = tabs.Select(tab => SendEachByItselfAsync(tab)).ToArray();
        await Task.Delay(Outage);
        await MendAsync(Fault.DiskFull);
        var acked = await Task.WhenAll(sending).WaitAsync(BackWithin);
        Assert.All(acked, count => Assert.Equal(Messages, count));
    }

    [Theory, InlineData(Fault.DiskFull), InlineData(Fault.Hung)]
    public async Task Our_clients_are_all_back_within_5_s_of_its_end_and_in_order(Fault fault)
    {
        await using var one = await OursAsync(Tom.Token, chat.One);
        await using var two = await OursAsync(Tom.Token, chat.Two);
        await BreakAsync(fault);
        var sends = ((ImClient[])[one, two]).Select(client => Enumerable.Range(0, Messages).Select(i => client.SendAsync(ChatTarget.Lobby, $"message {i}")).ToArray()).ToArray();
        await Task.Delay(Outage);
        await MendAsync(fault);
        foreach (var tab in sends)
        {
            var acks = await Task.WhenAll(tab).WaitAsync(BackWithin);
            Assert.Equal(acks.Select(ack => ack.Seq).Order(), acks.Select(ack => ack.Seq));
        }
        Assert.All((ImClient[])[one, two], client => Assert.Equal(ConnectionState.Ready, client.State));
    }

    [Fact]
    public async Task The_longer_an_outage_the_later_a_refused_message_may_come_again_up_to_4_s_and_never_all_at_one_moment()
    {
        var connection = await OpenAsync(Eve.Token, chat.One);
        await BreakAsync(Fault.DiskFull);
        var waits = new List<int>();
        for (var i = 0; waits.Count < 8; i++)
        {
            await connection.SendAsync(new SendFrame { Id = $"{i}", Conversation = ConversationId.Lobby, Text = "kept" });
            var refused = await NextAsync<ErrorFrame>(connection);
            Assert.Equal(ErrorCodes.Unavailable, refused.Code);
            waits.Add(refused.RetryAfterMs!.Value);
            await Task.Delay(waits[^1]);
        }
        await MendAsync(Fault.DiskFull);
        Assert.All(waits, wait => Assert.InRange(wait, 250, 4_000));
        Assert.InRange(waits[0], 250, 500);
        Assert.True(waits[^1] >= 1_000, string.Join(' ', waits));
        Assert.True(waits.Distinct().Count() > 1);
    }

    private async Task<int> SendEachByItselfAsync(RawConnection tab)
    {
        var acked = 0;
        Task SendAsync(int i) => tab.SendAsync(new SendFrame { Id = $"{i}", Conversation = ConversationId.Lobby, Text = $"message {i}" });
        for (var i = 0; i < Messages; i++)
            await SendAsync(i);
        while (acked < Messages)
            switch (await NextAsync<ServerFrame>(tab, frame => frame is AckFrame or ErrorFrame))
            {
                case AckFrame:
                    acked++;
                    break;
                case ErrorFrame error:
                    _ = Task.Delay(error.RetryAfterMs!.Value).ContinueWith(_ => SendAsync(int.Parse(error.Id!, System.Globalization.CultureInfo.InvariantCulture)), TaskScheduler.Default);
                    break;
            }
        return acked;
    }

    private async Task<ImClient> OursAsync(string token, Uri door)
    {
        var client = new ImClient(new() { BaseAddress = chat.Address, NodeAddress = door, Cookies = Cookies(token) });
        await client.ConnectAsync();
        return client;
    }

    private System.Net.CookieContainer Cookies(string token)
    {
        var cookies = new System.Net.CookieContainer();
        cookies.Add(chat.Address, new System.Net.Cookie("im_session", token) { Path = "/" });
        return cookies;
    }

    private Task BreakAsync(Fault fault)
    {
        if (fault == Fault.DiskFull)
            return chat.Database.ScalarAsync<object>("""
                CREATE OR REPLACE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
                CREATE TRIGGER full_disk BEFORE INSERT ON messages EXECUTE FUNCTION full_disk();
                """);
        chat.Postgres.Freeze();
        return Task.CompletedTask;
    }

    private Task MendAsync(Fault fault)
    {
        if (fault == Fault.DiskFull)
            return chat.Database.ScalarAsync<object>("DROP TRIGGER full_disk ON messages");
        chat.Postgres.Thaw();
        return Task.CompletedTask;
    }

    public sealed class Servers : TwoNodes
    {
        /// <summary>Between the nodes and Postgres.</summary>
        internal TcpRelay Postgres { get; } = new("127.0.0.1", new NpgsqlConnectionStringBuilder(TestServers.Postgres).Port);

        protected override IEnumerable<KeyValuePair<string, string>> NodeSettings =>
            [new("ConnectionStrings:im", new NpgsqlConnectionStringBuilder(Database.ConnectionString) { Host = "127.0.0.1", Port = Postgres.Port }.ConnectionString)];

        public override async Task DisposeAsync()
        {
            Postgres.Thaw();
            await base.DisposeAsync();
            await Postgres.DisposeAsync();
        }
    }
}
