using Im.Core.Sessions;
using Im.Protocol;
using Im.Realtime.Connections;
using Im.Realtime.Sessions;
using Im.Tests.Attack;
using Im.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using ConnectionTable = Im.Realtime.Connections.ConnectionTable;

namespace Im.Tests.Realtime;

/// <summary>One connection at a real node: what does not hold it up, and what no longer concerns it.</summary>
public sealed class OneConnectionTests(TwoNodes system) : AttackSuite(system), IClassFixture<TwoNodes>
{
    [Fact]
    public async Task A_hung_Redis_holds_up_no_frame_that_comes_after_typing()
    {
        var jenny = await OpenAsync(Jenny.Token, Chat.One);
        await PingAsync(jenny); // past what it asks once
        Chat.Relays[0].Freeze();
        try
        {
            foreach (var to in new[] { Tom.Id, Eve.Id })
                await jenny.SendTextAsync($$"""{"type":"typing","user":"{{to}}"}""");
            await PingAsync(jenny).WaitAsync(TimeSpan.FromSeconds(3));
        }
        finally
        {
            Chat.Relays[0].Thaw();
        }
    }

    [Fact]
    public async Task A_late_logout_of_its_session_before_leaves_it_who_it_is()
    {
        var (socket, connection) = await OpenOnOneAsync();
        Chat.NodeServices(0).GetRequiredService<SessionChanges>().Apply(connection, "the one before", SessionChangeKind.LoggedOut);
        await PingAsync(socket);
        Assert.Equal(Jenny.Id, connection.User?.Id);
    }

    [Fact]
    public async Task A_changed_profile_is_news_to_that_user_alone()
    {
        var (_, connection) = await OpenOnOneAsync();
        connection.Rename(new(Jenny.Id, Jenny.Nickname, "busy"));
        Assert.Equal("busy", connection.User?.Brief);
        connection.Rename(new(Tom.Id, Tom.Nickname, "busy too"));
        Assert.Equal(Jenny.Id, connection.User?.Id);
        connection.Become(connection.SessionId, null);
        connection.Rename(new(Jenny.Id, Jenny.Nickname, "busy"));
        Assert.Null(connection.User);
    }

    private async Task<(Im.Client.RawConnection Socket, ClientConnection Connection)> OpenOnOneAsync()
    {
        var socket = await OpenAsync(Jenny.Token, Chat.One);
        var connection = Assert.Single(Chat.NodeServices(0).GetRequiredService<ConnectionTable>().All, one => one.User?.Id == Jenny.Id);
        return (socket, connection);
    }

    private static async Task PingAsync(Im.Client.RawConnection connection)
    {
        await connection.SendTextAsync("""{"type":"ping","id":"p"}""");
        await NextAsync<PongFrame>(connection);
    }
}
