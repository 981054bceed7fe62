using Im.Core.Data;
using Im.Protocol;
using Im.Tests.Messages;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Im.Tests.Data;

/// <summary>A database of the version before events, with its messages.</summary>
public sealed class EventMigrationTests : IAsyncLifetime
{
    private const string Before = "20261122204840_Doors";
    private const int Messages = 100_000;

    private readonly TestDatabase _database = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task A_hundred_thousand_messages_become_lines_with_their_numbers_texts_and_read_positions()
    {
        var (jenny, tom) = (Guid.NewGuid(), Guid.NewGuid());
        var talk = ConversationId.Direct(jenny, tom);
        await MigrateAsync(Before);
        await _database.ScalarAsync<object>(
            """
            INSERT INTO users (id, user_name, normalized_user_name, brief, created_at, lockout_enabled, access_failed_count)
            VALUES ($1, 'Jenny', 'JENNY', '', now(), true, 0), ($2, 'Tom', 'TOM', '', now(), true, 0)
            """, jenny, tom);
        await _database.ScalarAsync<object>("INSERT INTO conversations (id, kind, last_seq, last_message_at) VALUES ($1, 1, $2, now())", talk.Value, Messages);
        await _database.ScalarAsync<object>("INSERT INTO members (conversation_id, user_id, peer_id, read_seq) VALUES ($1, $2, $3, $4), ($1, $3, $2, 7)", talk.Value, jenny, tom, Messages);
        await _database.ScalarAsync<object>(
            """
            INSERT INTO messages (conversation_id, seq, sender_id, sender_nickname, client_id, body, at, node)
            SELECT $1, n, $2, 'Jenny', 'm' || n, CASE WHEN n = 9 THEN '' ELSE 'a "quoted" \ text' || chr(10) || '茶🍵 ' || n END, now(), 'realtime-1' FROM generate_series(1, $3) n
            """, talk.Value, jenny, Messages);

        await MigrateAsync(null);

        await using var node = await StoreNode.StartAsync(_database.ConnectionString);
        Assert.Equal(new(Messages, Messages), await node.Messages.GetHeadAsync(talk));
        var page = await node.Messages.ReadLinesAsync(talk, before: 11, after: null, limit: 3);
        Assert.Equal([(8L, "a \"quoted\" \\ text\n茶🍵 8"), (9L, null), (10L, "a \"quoted\" \\ text\n茶🍵 10")], page.Lines.Select(line => (line.Line!.Value, line.Content?.Text)));
        Assert.All(page.Lines, line => Assert.Equal((line.Line, "text", $"m{line.Seq}"), (line.Seq, line.Kind, line.Id)));
        var list = await node.Conversations.ListAsync(tom);
        Assert.Equal(Messages - 7, list.Single(conversation => conversation.Conversation == talk).Unread);
        var next = await node.Messages.AppendAsync(Texts.New(talk, new(tom, "Tom"), jenny, "new", "hello", 1, "test"));
        Assert.Equal((Messages + 1, Messages + 1L), (next.Event.Seq, next.Event.Line));
        var again = await node.Messages.AppendAsync(Texts.New(talk, new(jenny, "Jenny"), tom, "m5", "sent again after the upgrade", 1, "test"));
        Assert.Equal((5L, true), (again.Event.Seq, again.Duplicate));
    }

    private async Task MigrateAsync(string? target)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddImData(_database.ConnectionString);
        using var host = builder.Build();
        await using var scope = host.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<ImDbContext>().Database.GetService<IMigrator>().MigrateAsync(target);
    }
}
