using System.Diagnostics;
using System.Globalization;
using Im.Bench.Measurement;
using Im.Bench.Peers;
using Im.Bench.Report;
using Im.Bench.Seeding;
using Im.Core.Data;
using Im.Core.Messages;
using Im.Core.Search;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Im.Bench.Scenarios;

/// <summary>
/// A store full of messages in 1,000 conversations, of which the seeker may read a tenth: how long a search takes, beside the same with <c>ILIKE</c>, how large its index is, and how long it takes
/// to make. Once in Chinese and once in English.
/// </summary>
internal sealed class SearchScenario : Scenario
{
    private const int Conversations = 1_000, Readable = 100, Limit = 20;
    private const int TextBytesAround = 11; // {"text":""}

    private const string LikeSql = """
        SELECT e.conversation_id, e.seq, e.line, e.sender_id, e.sender_nickname, e.at, e.content FROM events e
        WHERE e.conversation_id IN (SELECT conversation_id FROM members WHERE user_id = $1) AND e.kind = 1 AND e.content ILIKE $2 ORDER BY e.at DESC LIMIT $3
        """;

    public override string Name => "search";

    public override bool NeedsPeers => false;

    public override bool RunsUnnamed(BenchOptions options) => options.WithSoaks;

    public override async Task<IReadOnlyList<Figure>> RunAsync(BenchRun run) => [.. await RunAsync(run, Corpus.Chinese()), .. await RunAsync(run, Corpus.English())];

    private static async Task<List<Figure>> RunAsync(BenchRun run, Corpus corpus)
    {
        await using var postgres = await PostgresAlone.StartAsync("search", run.Say, run.Cancelled);
        // First without the indexer: what is there already is indexed in the background, when it begins.
        using (var schema = HostOf(postgres, isIndexing: false))
        {
            await schema.StartAsync(run.Cancelled);
            await schema.StopAsync(run.Cancelled);
        }
        run.Say($"filling {corpus.Name}");
        var seeker = await FillAsync(run, postgres.Source, corpus);
        var lines = (double)run.Plan.SearchMessages;
        using var host = HostOf(postgres, isIndexing: true);
        var clock = Stopwatch.StartNew();
        await host.StartAsync(run.Cancelled);
        while (await ScalarAsync<long>(postgres.Source, "SELECT coalesce(sum(last_line - first_line + 1), 0)::bigint FROM search_chunks") < run.Plan.SearchMessages)
            await Task.Delay(100, run.Cancelled);
        var indexed = clock.Elapsed;
        await ScalarAsync<object>(postgres.Source, "VACUUM (ANALYZE) search_chunks");
        var text = await ScalarAsync<long>(postgres.Source, $"SELECT sum(octet_length(content) - {TextBytesAround})::bigint FROM events");
        var index = await ScalarAsync<long>(postgres.Source, "SELECT pg_total_relation_size('search_chunks')");
        // As it grew; and written anew, for an index that grows has room in its pages.
        var grown = await ScalarAsync<long>(postgres.Source, "SELECT pg_relation_size('ix_search_chunks_tokens')");
        await ScalarAsync<object>(postgres.Source, "REINDEX INDEX ix_search_chunks_tokens");
        var dense = await ScalarAsync<long>(postgres.Source, "SELECT pg_relation_size('ix_search_chunks_tokens')");
        run.Say($"searching {corpus.Name}");
        var store = host.Services.GetRequiredService<ISearchStore>();
        var (figures, all) = (new List<Figure>(), new List<double>());
        foreach (var (what, isRare, words) in corpus.Asked)
        {
            var (own, like, times) = (new List<double>(), new List<double>(), new List<double>());
            foreach (var word in words.Prepend(words[0])) // the first does not count
            {
                own.Add(await TimeAsync(() => store.SearchAsync(seeker, new(SearchTerms.Parse(word), Limit), run.Cancelled)));
                like.Add(await TimeAsync(() => LikeAsync(postgres.Source, seeker, word, run.Cancelled)));
                times.Add(like[^1] / own[^1]);
            }
            all.AddRange(own.Skip(1));
            figures.Add(One($"search, {corpus.Name}, {what}", "ms", own.Skip(1)));
            figures.Add(One($"the same with ILIKE", "ms", like.Skip(1)));
            figures.Add(One($"so many times as fast", "×", times.Skip(1), Bar.AtLeast(isRare ? 20 : 0.5)));
        }
        all.Sort();
        figures.Add(One($"search, {corpus.Name}, all of them p95", "ms", [all[(int)(all.Count * 0.95)]], Bar.AtMost(100)));
        figures.Add(One($"search, {corpus.Name}: index and tokens, of the text's bytes", "×", [index / (double)text], Bar.AtMost(1.5)));
        figures.Add(One($"search, {corpus.Name}: indexing what is there", "µs a message", [indexed.TotalMicroseconds / lines]));
        run.Note(string.Create(CultureInfo.InvariantCulture, $"{corpus.Name}: {lines:#,0} messages, {text / lines:0.0} bytes of text each, {index / 1048576.0:0} MiB of index and tokens, of which the index {grown / 1048576.0:0} MiB; it has {dense / 1048576.0:0} MiB when it is written anew"));
        await host.StopAsync(run.Cancelled);
        return figures;
    }

    private static Figure One(string name, string unit, IEnumerable<double> values, Bar? bar = null) => new(name, unit, new Dictionary<Column, Series> { [Column.Im] = new(values) }, bar);

    private static IHost HostOf(PostgresAlone postgres, bool isIndexing)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddImData(postgres.ConnectionString).AddImMessages().AddImSearch();
        if (isIndexing)
            builder.Services.AddImSearchIndex();
        return builder.Build();
    }

    private static async Task<double> TimeAsync(Func<Task> ask)
    {
        var clock = Stopwatch.StartNew();
        await ask();
        return clock.Elapsed.TotalMilliseconds;
    }

    private static async Task LikeAsync(NpgsqlDataSource source, Guid seeker, string word, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(LikeSql);
        foreach (var value in new object[] { seeker, $"%{word}%", Limit })
            command.Parameters.Add(new() { Value = value });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
        }
    }

    /// <summary>Everybody talks at once, so a conversation's messages lie apart on the disk. Returns who is in a tenth of the conversations.</summary>
    private static async Task<Guid> FillAsync(BenchRun run, NpgsqlDataSource source, Corpus corpus)
    {
        var users = await new ImData(source, "").AddUsersAsync(Conversations + 2, run.Cancelled);
        var talks = Enumerable.Range(0, Conversations).Select(i => (One: users[i < Readable ? 0 : 1], Other: users[i + 2])).ToArray();
        await ImHistory.FillAsync(source, talks, run.Plan.SearchMessages / Conversations, run.Cancelled, corpus.Next);
        return users[0];
    }

    private static async Task<T> ScalarAsync<T>(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = 0;
        return (T)(await command.ExecuteScalarAsync())!; // of a command that says nothing: null
    }
}
