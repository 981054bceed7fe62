using System.Net.Http.Headers;
using Im.Protocol;
using Im.Tests.Fixtures;
using Npgsql;

namespace Im.Tests.Distributed;

/// <summary>What an administrator can do from the dashboard.</summary>
[Collection(ImAppCollection.Name)]
public sealed class DashboardCommandTests(ImAppFixture im)
{
    [Fact]
    public async Task Everyone_is_signed_out_by_a_command_of_the_dashboard_told_why_and_it_is_in_the_audit_trail()
    {
        var (one, two) = await im.WaitForTwoNodesAsync();
        await using var jenny = await ChatUser.JoinAsync(im.WebAddress, "jenny");
        await using var tom = await ChatUser.JoinAsync(im.WebAddress, "tom");
        await using var guest = ChatUser.Guest(im.WebAddress);
        var tabs = new[] { await jenny.ConnectAsync(one), await tom.ConnectAsync(two) };
        var reader = await guest.ConnectAsync(two);

        await im.ExecuteAsync("web", "sign-everyone-out");
        foreach (var tab in tabs)
            await tab.WaitForChangeAsync(change => (change.CloseCode, change.Reason) == (CloseCodes.SessionEnded, EndReasons.Administrator), what: "the sign-out");
        Assert.Equal(two, reader.Client.Hello?.Node);

        await using var database = NpgsqlDataSource.Create(await im.GetDatabaseAsync());
        await using var written = database.CreateCommand("select count(*) from audit where actor = 'dashboard' and actor_id is null and action = 'everybody.sign-out'");
        Assert.Equal(1L, await written.ExecuteScalarAsync());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    public async Task Whoever_does_not_have_the_key_of_this_run_is_refused(string? key)
    {
        using var http = new HttpClient { BaseAddress = im.WebAddress, DefaultRequestHeaders = { { "X-Im", "1" } } };
        if (key is not null)
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var answer = await http.PostAsync("/api/dashboard/sign-everyone-out", null);
        Assert.Equal(401, (int)answer.StatusCode);
    }
}
