using System.Diagnostics;
using System.Globalization;
using System.Net;
using Im.Bench.Measurement;
using Im.Bench.Peers;
using Im.Bench.Report;
using Im.Bench.Seeding;
using Im.Client.Chat;
using Im.Core.Sessions;
using Im.Protocol;

namespace Im.Bench.Scenarios;

/// <summary>
/// A store of the size that <c>seed</c> makes, asked by somebody who is in a tenth of its rooms, over the web server and the gateway as clients do: how long one answer takes, the way of both
/// over loopback included. One question after the other.
/// </summary>
internal sealed class ListsScenario : Scenario
{
    private const int FarUp = 10_000, WarmUps = 30;
    private const double MostMilliseconds = 100;

    public override string Name => "lists";

    public override bool NeedsPeers => false;

    public override bool RunsUnnamed(BenchOptions options) => false;

    public override async Task<IReadOnlyList<Figure>> RunAsync(BenchRun run)
    {
        await using var peer = await ImPeer.StartAsync(Clone.Own, run.Say, run.Cancelled);
        var clock = Stopwatch.StartNew();
        var people = await Seeder.RunAsync(peer.Database, run.Plan.Seed, run.Say, run.Cancelled);
        run.Note(string.Create(CultureInfo.InvariantCulture, $"{run.Plan.Seed.Messages:#,0} messages, {run.Plan.Seed.Rooms:#,0} rooms, {run.Plan.Seed.People:#,0} people, seeded in {clock.Elapsed.TotalSeconds:0} s"));
        await peer.GetAccountsAsync(0, run.Cancelled); // the nodes, of which one indexes
        run.Say("waiting for the index");
        while (await ScalarAsync(peer, "SELECT (SELECT sum(last_line) FROM conversations) - (SELECT coalesce(sum(last_line - first_line + 1), 0) FROM search_chunks)") > 0)
            await Task.Delay(200, run.Cancelled);
        await ScalarAsync(peer, "VACUUM (ANALYZE) search_chunks");
        var port = FreePort.Next();
        await using var web = await peer.StartWebAsync(port, run.Cancelled);
        var reader = (await peer.Data.LogInAsync([people[0].Id], run.Cancelled))[0];
        var page = new Uri($"http://127.0.0.1:{port}");
        var cookies = new CookieContainer();
        cookies.Add(page, new Cookie(SessionCookie.FormerName, reader.Cookie));
        await using var client = new ImClient(new() { BaseAddress = page, Cookies = cookies });
        await client.ConnectAsync(run.Cancelled);
        return await MeasureAsync(run, client);
    }

    private static async Task<IReadOnlyList<Figure>> MeasureAsync(BenchRun run, ImClient client)
    {
        var all = new List<ConversationInfo>();
        for (string? next = null; all.Count == 0 || next is not null;)
        {
            var page = await client.ConversationsPageAsync(next, run.Cancelled);
            all.AddRange(page.Conversations);
            next = page.Next;
        }
        var random = new Random(run.Plan.Seed.Seed);
        // In a small store the longest are those in which one can go up at all.
        var longest = all.Max(conversation => conversation.LastLine);
        var far = Math.Min(FarUp, longest / 2);
        var farUp = all.Where(conversation => conversation.LastLine > far).ToArray();
        string[] names = ["a", "je", "tom", "vera 1", "小", "丽", "10", "ka 1", "nora 10", "x"];
        string[] terms = [.. ((IReadOnlyList<Corpus>)[Corpus.English(run.Plan.Seed.Seed), Corpus.Chinese(run.Plan.Seed.Seed)]).SelectMany(corpus => corpus.Asked).SelectMany(asked => asked.Words)];
        run.Note(string.Create(CultureInfo.InvariantCulture, $"the reader has {all.Count} conversations with {all.Sum(c => c.LastLine):#,0} lines, {farUp.Length} of them with more than {far:#,0}, the longest with {longest:#,0}"));
        return
        [
            .. await AskAsync("the list of conversations, with what is unread", _ => client.ConversationsPageAsync(cancellationToken: run.Cancelled)),
            .. await AskAsync("opening a conversation: the newest 50 lines", i => client.LinesAsync(all[i % all.Count].Conversation, cancellationToken: run.Cancelled)),
            .. await AskAsync(string.Create(CultureInfo.InvariantCulture, $"{far:#,0} lines up in one"), i =>
                client.LinesAsync(farUp[i % farUp.Length].Conversation, before: farUp[i % farUp.Length].LastLine - far + 1 - random.NextInt64(Math.Max(1, Math.Min(1_000, farUp[i % farUp.Length].LastLine - far))), cancellationToken: run.Cancelled)),
            .. await AskAsync("the directory", i => client.People.SearchAsync(i % 11 == 0 ? null : names[i % names.Length], cancellationToken: run.Cancelled)),
            .. await AskAsync("search", i => client.SearchAsync(new(terms[i % terms.Length]), cancellationToken: run.Cancelled)),
        ];

        async Task<Figure[]> AskAsync<T>(string what, Func<int, Task<T>> ask)
        {
            run.Say(what);
            var times = new List<double>();
            for (var i = -Math.Min(WarmUps, run.Plan.Questions); i < run.Plan.Questions; i++)
            {
                var clock = Stopwatch.StartNew();
                await ask(Math.Abs(i));
                if (i >= 0)
                    times.Add(clock.Elapsed.TotalMilliseconds);
            }
            times.Sort();
            return [One($"{what}, p50", times[times.Count / 2]), One($"{what}, p95", times[(int)(times.Count * 0.95)], Bar.AtMost(MostMilliseconds))];
        }
    }

    private static Figure One(string name, double value, Bar? bar = null) => new(name, "ms", new Dictionary<Column, Series> { [Column.Im] = new([value]) }, bar);

    private static async Task<long> ScalarAsync(ImPeer peer, string sql)
    {
        await using var command = peer.Data.Source.CreateCommand(sql);
        command.CommandTimeout = 0;
        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }
}
