using Im.Bench.Load;
using Im.Bench.Seeding;
using Im.Tests.Data;

namespace Im.Tests.Bench;

/// <summary>What <c>seed</c> puts into a store is what the product would have put there.</summary>
[Trait("Category", "Bench")]
public sealed class SeedTests
{
    private static readonly SeedPlan Plan = new(Messages: 900, Rooms: 12, People: 30, Seed: 7);

    // Numbers of conversations, whatever their ids: the same plan makes the same.
    private const string DigestSql = """
        SELECT string_agg(said, ',' ORDER BY said) FROM (
            SELECT md5(string_agg(concat_ws('|', e.seq, e.line, e.kind, e.target, e.effect, e.slot, e.sender_nickname, e.content, e.in_force), ',' ORDER BY e.seq)) AS said
            FROM events e WHERE kind NOT IN (8, 9) GROUP BY e.conversation_id
            UNION ALL
            SELECT concat_ws('|', u.user_name, coalesce(r.title, p.user_name), m.role, m.read_line, m.written, m.first_line, m.joined_seq)
            FROM members m JOIN users u ON u.id = m.user_id LEFT JOIN rooms r ON r.id = m.conversation_id LEFT JOIN users p ON p.id = m.peer_id
        ) s
        """;

    [Fact]
    public async Task A_seeded_store_holds_what_the_product_would_have_stored_and_the_same_again_for_the_same_seed()
    {
        await using var one = new TestDatabase();
        await using var other = new TestDatabase();
        await Task.WhenAll(Seeder.RunAsync(one.ConnectionString, Plan, _ => { }, default), Seeder.RunAsync(other.ConnectionString, Plan, _ => { }, default));
        Assert.Equal(await one.ScalarAsync<string>(DigestSql), await other.ScalarAsync<string>(DigestSql));

        Assert.Equal((900, 12, 30), (await CountAsync("events WHERE line IS NOT NULL AND kind NOT IN (8, 9)"), await CountAsync("rooms"), await CountAsync("users")));
        foreach (var what in (string[])["kind = 1", "kind = 2 AND effect = 2 AND in_force", "kind = 3", "kind = 4", "kind = 8", "content ~ '[一-龥]'", "content ~ '[a-z]{4} [a-z]{4}'", "line <> seq"])
            Assert.True(await CountAsync($"events WHERE {what}") > 0, what);
        // Heads, numbers without a gap, and a recall that took its text.
        Assert.Equal(0, await CountAsync("""
            conversations c JOIN LATERAL (SELECT count(*) AS events, max(seq) AS seq, count(line) AS lines, max(line) AS line, max(at) FILTER (WHERE line IS NOT NULL) AS at FROM events WHERE conversation_id = c.id) e ON true
            WHERE (c.last_seq, c.last_seq, c.last_line, c.last_line) IS DISTINCT FROM (e.events, e.seq, e.lines, coalesce(e.line, 0)) OR c.kind <> 2 AND c.last_message_at <> e.at
            """));
        Assert.Equal(0, await CountAsync("events r JOIN events e ON e.conversation_id = r.conversation_id AND e.line = r.target WHERE r.effect = 3 AND e.content IS NOT NULL"));
        Assert.Equal(0, await CountAsync("members m JOIN conversations c ON c.id = m.conversation_id WHERE m.read_line > c.last_line"));
        Assert.Equal(0, await CountAsync("rooms r WHERE members <> (SELECT count(*) FROM members WHERE conversation_id = r.id AND role IS NOT NULL)"));
        // Somebody has unread lines, somebody a request of a stranger's, and the first one is in every tenth room.
        Assert.True(await CountAsync("members m JOIN conversations c ON c.id = m.conversation_id WHERE m.role IS NOT NULL AND m.read_line < c.last_line") > 0);
        Assert.True(await CountAsync("members m WHERE peer_id IS NOT NULL AND NOT written") > 0);
        Assert.True(await CountAsync("members m JOIN users u ON u.id = m.user_id WHERE u.user_name = 'Ada 70000' AND m.role IS NOT NULL") >= 2);

        var again = await Assert.ThrowsAsync<LoadException>(() => Seeder.RunAsync(one.ConnectionString, Plan, _ => { }, default));
        Assert.Contains("another --seed", again.Message, StringComparison.Ordinal);

        async Task<long> CountAsync(string what) => await one.ScalarAsync<long>($"SELECT count(*) FROM {what}");
    }

    [Theory]
    [InlineData(), InlineData("--database"), InlineData("--database", "x", "--people", "1"), InlineData("--database", "x", "--messages", "many")]
    public void What_the_command_does_not_understand_it_says(params string[] arguments) => Assert.Throws<ArgumentException>(() => SeedPlan.Parse(arguments));
}
