using System.Diagnostics;
using System.Globalization;
using Im.Client;
using Im.Client.Chat;
using Im.Protocol;
using Im.Tests.Attack;
using Im.Tests.Client;
using Im.Tests.Fixtures;
using Npgsql;
using Xunit.Abstractions;

namespace Im.Tests.Faults;

/// <summary>
/// An outage ends for everybody when it is over: two tabs of a user with a hundred unacked messages each, and nobody is told not to come back. It lasts 10 s, or IM_OUTAGE_SECONDS.
/// </summary>
[Trait("Category", "Faults")]
[Collection(NodePackages.Collection)]
public sealed class OutageEndTests(OutageEndTests.Servers chat, ITestOutputHelper output) : AttackSuite(chat), IClassFixture<OutageEndTests.Servers>
{
    private const int Messages = 100;

    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(double.Parse(Environment.GetEnvironmentVariable("IM_OUTAGE_SECONDS") ?? "10", CultureInfo.InvariantCulture));

    // The bar is 5 s, and how long it took is printed. A machine that has other work takes longer; never that long.
    private static readonly TimeSpan BackWithin = TimeSpan.FromSeconds(20);

    // Two tabs of one user; says when they are ready, sends when it is told to, and says when all is acked.
    private const string TypeScriptTabs = """
        import { BearerToken, ImClient, lobby } from '@im/client';
        import { WebSocket } from 'ws';
        import { once } from 'node:events';

        const [origin, nickname, password] = process.argv.slice(2);
        const tabs = ['node-1', 'node-2'].map((node) => new ImClient({ origin, node, bearer: new BearerToken(), webSocket: (url, headers) => new WebSocket(url, 'im.v2', { headers }) }));
        const ready = tabs.map((tab) => new Promise((done) => tab.on('state', ({ phase }) => phase === 'ready' && done())));
        for (const tab of tabs) await tab.login(nickname, password);
        await Promise.all(ready);
        console.log('ready');
        await once(process.stdin, 'data');
        const acks = await Promise.all(tabs.map((tab) => Promise.all(Array.from({ length: 100 }, (_, i) => tab.send(lobby, `message ${i}`)))));
        console.log(acks.every((tab) => tab.every((ack, i) => i === 0 || tab[i - 1].seq < ack.seq)) ? 'acked in order' : JSON.stringify(acks));
        process.exit();
        """;

    private long _ended;

    public enum Fault { DiskFull, Hung }

    [Theory, InlineData(Fault.DiskFull), InlineData(Fault.Hung)]
    public async Task Clients_that_do_what_the_page_says_are_all_back_by_themselves_soon_after_its_end(Fault fault)
    {
        var tabs = await Task.WhenAll(PageClient.OpenAsync(chat.One, Jenny.Token), PageClient.OpenAsync(chat.Two, Jenny.Token));
        await BreakAsync(fault);
        foreach (var tab in tabs)
            tab.Write(Messages);
        await EndAsync(fault);
        foreach (var tab in tabs)
            Assert.Equal(tab.Written, await tab.AllAckedAsync(BackWithin));
        SayWhenAllWereBack();
    }

    [Fact]
    public async Task Clients_that_send_each_message_again_by_itself_as_soon_as_they_may_are_not_told_to_stay_away_either()
    {
        var tabs = await Task.WhenAll(OpenAsync(Jenny.Token, chat.One), OpenAsync(Jenny.Token, chat.Two));
        await BreakAsync(Fault.DiskFull);
        var sending = tabs.Select(tab => SendEachByItselfAsync(tab)).ToArray();
        await EndAsync(Fault.DiskFull);
        var acked = await Task.WhenAll(sending).WaitAsync(BackWithin);
        SayWhenAllWereBack();
        Assert.All(acked, count => Assert.Equal(Messages, count));
    }

    [Theory, InlineData(Fault.DiskFull), InlineData(Fault.Hung)]
    public async Task Our_clients_are_all_back_by_themselves_soon_after_its_end_and_in_order(Fault fault)
    {
        await using var one = await OursAsync(Tom.Token, chat.One);
        await using var two = await OursAsync(Tom.Token, chat.Two);
        await BreakAsync(fault);
        var sends = ((ImClient[])[one, two]).Select(client => Enumerable.Range(0, Messages).Select(i => client.SendAsync(ChatTarget.Lobby, $"message {i}")).ToArray()).ToArray();
        await EndAsync(fault);
        foreach (var tab in sends)
        {
            var acks = await Task.WhenAll(tab).WaitAsync(BackWithin);
            Assert.Equal(acks.Select(ack => ack.Seq).Distinct().Order(), acks.Select(ack => ack.Seq));
        }
        SayWhenAllWereBack();
        Assert.All((ImClient[])[one, two], client => Assert.Equal(ConnectionState.Ready, client.State));
    }

    [Theory, InlineData(Fault.DiskFull), InlineData(Fault.Hung)]
    public async Task Our_clients_in_TypeScript_are_all_back_by_themselves_soon_after_its_end_and_in_order(Fault fault)
    {
        using var tabs = await StartTypeScriptAsync();
        try
        {
            var error = tabs.StandardError.ReadToEndAsync();
            Assert.True(await ReadLineAsync(TimeSpan.FromSeconds(20)) == "ready", tabs.HasExited ? await error : "not ready");
            await BreakAsync(fault);
            await tabs.StandardInput.WriteLineAsync("send");
            await EndAsync(fault);
            Assert.Equal("acked in order", await ReadLineAsync(BackWithin));
            SayWhenAllWereBack();
        }
        finally
        {
            if (!tabs.HasExited)
                tabs.Kill();
        }

        Task<string?> ReadLineAsync(TimeSpan within) => tabs.StandardOutput.ReadLineAsync().WaitAsync(within);
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

    private async Task<Process> StartTypeScriptAsync()
    {
        await NodePackages.RunAsync(NodePackages.Page, "npm", "run", "build", "--silent", "--workspace", "client");
        var folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "outage-tabs"));
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "tabs.mjs"), TypeScriptTabs);
        var packages = new DirectoryInfo(Path.Combine(folder.FullName, "node_modules"));
        if (!packages.Exists)
            packages.CreateAsSymbolicLink(Path.Combine(NodePackages.Page, "node_modules"));
        return Process.Start(new ProcessStartInfo("node", ["tabs.mjs", chat.Address.OriginalString, Eve.Nickname, "correct horse"])
        {
            WorkingDirectory = folder.FullName, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
    }

    private async Task EndAsync(Fault fault)
    {
        await Task.Delay(Outage);
        await MendAsync(fault);
        _ended = Stopwatch.GetTimestamp();
    }

    private void SayWhenAllWereBack() => output.WriteLine($"All back {Stopwatch.GetElapsedTime(_ended).TotalSeconds:0.0} s after the end of {Outage.TotalSeconds:0} s.");

    private Task BreakAsync(Fault fault)
    {
        if (fault == Fault.DiskFull)
            return chat.Database.ScalarAsync<object>("""
                CREATE OR REPLACE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
                CREATE TRIGGER full_disk BEFORE INSERT ON events EXECUTE FUNCTION full_disk();
                """);
        chat.Postgres.Freeze();
        return Task.CompletedTask;
    }

    private Task MendAsync(Fault fault)
    {
        if (fault == Fault.DiskFull)
            return chat.Database.ScalarAsync<object>("DROP TRIGGER full_disk ON events");
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
