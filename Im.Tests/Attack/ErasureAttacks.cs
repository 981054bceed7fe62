using Im.Client;
using Im.Tests.Fixtures;

namespace Im.Tests.Attack;

/// <summary>Somebody deletes the account while other tabs of theirs, and a key, go on sending.</summary>
[Trait("Category", "Attack")]
public sealed class ErasureAttacks(TwoNodes chat) : AttackSuite(chat), IClassFixture<TwoNodes>
{
    [Fact]
    public async Task After_the_answer_to_a_deletion_no_text_and_no_nickname_is_left_nor_comes_from_tabs_and_keys_that_go_on()
    {
        var key = (await Jenny.Browser.PostAsync("/api/keys", new { name = "k", scopes = new[] { "publish:lobby" }, password = "correct horse" })).ShouldBeOk().Json.GetProperty("key").GetString();
        RawConnection[] tabs = [await OpenAsync(Jenny.Token, node: "node-1"), await OpenAsync(Jenny.Token, node: "node-2")];
        var senders = tabs.Select(tab => Task.Run(async () =>
        {
            try
            {
                for (var i = 0; i < 2_000; i++)
                    await tab.SendTextAsync($$"""{"type":"send","id":"{{Guid.NewGuid()}}",{{(i % 2 == 0 ? "\"conversation\":\"lobby\"" : $"\"user\":\"{Tom.Id}\"")}},"text":"said by Jenny"}""");
            }
            catch (Exception e) when (e is ImException or System.Net.WebSockets.WebSocketException or IOException or ObjectDisposedException)
            {
                // Closed with 4401.
            }
        })).ToArray();
        var publishing = Task.Run(async () =>
        {
            while (true)
            {
                using var server = Chat.NewBrowser();
                var request = Web.Browser.Request(HttpMethod.Post, "/api/publish", new { id = $"{Guid.NewGuid()}", text = "said by Jenny's server", conversation = "lobby" });
                request.Headers.Add("Authorization", $"Bearer {key}");
                var status = (int)(await server.SendAsync(request)).Status;
                Assert.InRange(status, 200, 499);
                if (status == 401)
                    return; // the key is gone with its owner
            }
        });
        await Eventually.TrueAsync(async () => await CountAsync("true") > 50);

        (await Jenny.Browser.DeleteAsync("/api/me", new { password = "correct horse", removeMessages = true })).ShouldBeOk();
        Assert.Equal(0, await CountAsync("(content IS NOT NULL AND effect IS DISTINCT FROM 0 OR sender_nickname <> '(deleted)')"));
        await Task.WhenAll([.. senders, publishing]).WaitAsync(TimeSpan.FromMinutes(2));
        Assert.Equal(0, await CountAsync("(content IS NOT NULL AND effect IS DISTINCT FROM 0 OR sender_nickname <> '(deleted)')"));
        Assert.Equal(0, await Chat.Database.ScalarAsync<long>("SELECT count(*) FROM (SELECT seq - lag(seq, 1, 0::bigint) OVER (PARTITION BY conversation_id ORDER BY seq) AS step FROM events) s WHERE step <> 1"));
        Assert.Equal(0, await Chat.Database.ScalarAsync<long>("SELECT count(*) FROM api_keys WHERE owner_id = $1", Jenny.Id));
    }

    private Task<long> CountAsync(string condition) => Chat.Database.ScalarAsync<long>($"SELECT count(*) FROM events WHERE sender_id = $1 AND {condition}", Jenny.Id);
}
