using System.Collections.Concurrent;
using System.Diagnostics;
using Im.Core.Data;
using Im.Core.Messages;
using Im.Protocol;
using Im.Realtime.Messages;
using Im.Tests.Fixtures;
using Npgsql;

namespace Im.Tests.Messages;

public sealed class DatabaseSpanTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    [Theory]
    [InlineData("SELECT u.id FROM users AS u WHERE u.id = @id", "SELECT users")]
    [InlineData("SELECT count(*) FROM \"users\" AS u", "SELECT users")]
    [InlineData("WITH item AS (SELECT 1 FROM unnest($1) i), x AS (INSERT INTO conversations AS c (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET id = 1), y AS (INSERT INTO messages (id) SELECT 1) SELECT 1", "INSERT conversations, messages")]
    [InlineData("UPDATE users AS u SET brief = @p", "UPDATE users")]
    [InlineData("DELETE FROM api_keys k USING users", "DELETE api_keys")]
    [InlineData("SELECT id FROM conversations WHERE id = $1 FOR UPDATE", "SELECT conversations")]
    [InlineData("SELECT pg_advisory_lock($1)", "SELECT")]
    [InlineData("  set jit = off", "SET")]
    [InlineData("", "postgresql")]
    public void A_statements_span_says_what_it_does_and_to_which_tables(string sql, string name) => Assert.Equal(name, DatabaseSpans.NameOf(sql));

    [Fact]
    public async Task A_connection_that_is_opened_is_no_trace_of_its_own_also_while_Postgres_is_away()
    {
        var server = new NpgsqlConnectionStringBuilder(TestServers.Postgres);
        await using var relay = new TcpRelay(server.Host!, server.Port);
        var spans = new ConcurrentQueue<Activity>();
        using var listener = Listen(spans);
        Activity.Current = null;
        await using var node = await StoreNode.StartAsync(new NpgsqlConnectionStringBuilder(store.Database.ConnectionString) { Host = "127.0.0.1", Port = relay.Port }.ConnectionString);
        await node.Messages.ReadMessagesAsync(ConversationId.Lobby, null, null, 10);
        relay.Close();
        await Assert.ThrowsAsync<StoreUnavailableException>(() => node.Messages.ReadMessagesAsync(ConversationId.Lobby, null, null, 10));
        Assert.DoesNotContain(spans, span => span.ParentId is null && IsFrom(span, relay.Port));
    }

    [Fact]
    public async Task The_spans_of_a_request_have_names_of_their_own_and_hang_below_it()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = Listen(spans);
        using var source = new ActivitySource("test");
        using var request = source.StartActivity("request")!;
        await store.One.Messages.ReadMessagesAsync(ConversationId.Lobby, null, null, 10);
        await store.One.Conversations.ListAsync(Guid.NewGuid());
        var names = spans.Where(span => span.TraceId == request.TraceId && span.Source.Name == "Npgsql").Select(span => span.DisplayName).Distinct().ToArray();
        Assert.DoesNotContain("postgresql", names);
        Assert.Contains("SELECT conversations", names);
    }

    [Theory, InlineData("0190-abc ~", "0190-abc ~"), InlineData("a\u202eb\nc\u007f", "a?b?c?"), InlineData("\ud83d\ude00", "??")]
    public void A_clients_id_is_in_a_span_as_printable_ASCII(string id, string shown) => Assert.Equal(shown, PostHandler.Printable(id));

    private static bool IsFrom(Activity span, int port) => span.TagObjects.Any(tag => $"{tag.Value}" == $"{port}" || $"{tag.Value}".Contains($"Port={port}", StringComparison.Ordinal));

    private static ActivityListener Listen(ConcurrentQueue<Activity> spans)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Npgsql" or "test",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
