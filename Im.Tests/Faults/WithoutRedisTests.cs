using System.Diagnostics;
using Im.Client;
using Im.Client.Chat;
using Im.Tests.Fixtures;
using Xunit.Abstractions;

namespace Im.Tests.Faults;

[Collection(ImAppCollection.Name)]
[Trait("Category", "Faults")]
public sealed class WithoutRedisTests(ImAppFixture im, ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(3);

    private readonly Saboteur _saboteur = new(im);

    public Task InitializeAsync() => im.WaitUntilWholeAsync();

    public async Task DisposeAsync() => await im.WaitUntilWholeAsync();

    [Fact]
    public async Task While_Redis_is_away_a_message_crosses_the_nodes_within_three_seconds()
    {
        const int Messages = 100;
        var (one, two) = await im.WaitUntilWholeAsync();
        var people = await im.People.GetAsync(2);
        await using var jenny = await people[0].OpenAsync(im.WebAddress, one);
        await using var tom = await people[1].OpenAsync(im.WebAddress, two);
        await _saboteur.TakeRedisAwayAsync();
        List<TimeSpan> took;
        try
        {
            took = [.. await Task.WhenAll(Enumerable.Range(0, Messages).Select(async i =>
            {
                await Task.Delay(50 * i); // 20 a second
                // Each conversation from one side only: an answer would show the other node the hole before it.
                var (from, to, target) = i % 2 == 0 ? (jenny, tom, ChatTarget.Lobby) : (tom, jenny, jenny.Client.User!);
                var id = Guid.NewGuid().ToString();
                var sent = Stopwatch.StartNew();
                await from.Client.SendAsync(target, $"without Redis {i}", id);
                await to.WaitForAsync(m => m.Id == id, TimeSpan.FromSeconds(20));
                return sent.Elapsed;
            }))];
            Assert.False(await im.IsHealthyAsync("redis"));
        }
        finally
        {
            await _saboteur.BringRedisBackAsync();
        }
        took.Sort();
        output.WriteLine($"{Messages} messages over nodes without Redis: p50 {took[Messages / 2].TotalSeconds:0.00} s, p99 {took[Messages - 2].TotalSeconds:0.00} s, longest {took[^1].TotalSeconds:0.00} s");
        Assert.InRange(took[Messages - 2], TimeSpan.Zero, Promised);
    }
}
